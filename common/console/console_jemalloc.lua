-- console_jemalloc.lua - jemalloc: the allocator's figures, settings and dumps.
local native, library = ...

local FIGURES = {"allocated", "active", "metadata", "resident", "mapped", "retained"}
local jemalloc, prof = {}, {}
local available, allocator = native.available()

local function require_jemalloc()
    if not available then
        error("this server runs over " .. allocator .. ", not jemalloc", 3)
    end
end

function jemalloc.stats()
    require_jemalloc()
    native.refresh()
    local stats = {version = native.read("version"), arenas = native.read("arenas.narenas")}
    for _, name in ipairs(FIGURES) do
        stats[name .. "_bytes"] = native.read("stats." .. name)
    end
    return stats
end

function jemalloc.ctl(name, value)
    require_jemalloc()
    if value ~= nil then
        native.write(name, value)
    end
    native.refresh()
    return native.read(name)
end

function jemalloc.purge()
    require_jemalloc()
    native.purge()
end

function jemalloc.dump(path)
    require_jemalloc()
    native.dump(path)
    return path
end

function prof.active(on)
    require_jemalloc()
    if not native.read("config.prof") then
        error("this jemalloc was built without heap profiling", 2)
    elseif not native.read("opt.prof") then
        error("heap profiling is off: start the server with MALLOC_CONF=prof:true", 2)
    elseif on ~= nil then
        native.write("prof.active", on)
    end
    return native.read("prof.active")
end

function prof.dump(path)
    require_jemalloc()
    native.profile_dump(path)
    return path
end

jemalloc.prof = library.describe(prof, "jemalloc.prof: heap profiles of a server started with MALLOC_CONF=prof:true")
library.describe(prof.active, "jemalloc.prof.active(on): whether allocations are sampled; true or false changes it")
library.describe(prof.dump, "jemalloc.prof.dump(path): writes a heap profile for jeprof")
library.describe(jemalloc.stats, "jemalloc.stats(): what the allocator holds, in bytes")
library.describe(jemalloc.ctl, [[
jemalloc.ctl(name, value): reads or sets one of the allocator's controls
The names are those of jemalloc's manual. jemalloc.ctl("stats.allocated") reads;
jemalloc.ctl("arenas.dirty_decay_ms", 1000) sets one of the few that can do no harm.]])
library.describe(jemalloc.purge, "jemalloc.purge(): returns unused pages to the kernel now")
library.describe(jemalloc.dump, "jemalloc.dump(path): writes all statistics as JSON for `tidemark jemalloc`")
return library.describe(jemalloc, "jemalloc: the allocator's figures, settings and dumps")
