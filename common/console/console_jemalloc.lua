-- console_jemalloc.lua - jemalloc: the allocator's figures, settings and dumps.
local native, library = ...

local FIGURES = {"allocated", "active", "metadata", "resident", "mapped", "retained"}
local jemalloc, prof = {}, {}
local available, instead = native.available()

local function need()
    if not available then
        error("this server runs over " .. instead .. ": there is no jemalloc", 3)
    end
end

function jemalloc.stats()
    need()
    native.refresh()
    local stats = {version = native.read("version"), arenas = native.read("arenas.narenas")}
    for _, name in ipairs(FIGURES) do
        stats[name .. "_bytes"] = native.read("stats." .. name)
    end
    return stats
end

function jemalloc.ctl(name, value)
    need()
    if value ~= nil then
        native.write(name, value)
    end
    native.refresh()
    return native.read(name)
end

function jemalloc.purge()
    need()
    native.purge()
end

function jemalloc.dump(path)
    need()
    native.dump(path)
    return path
end

function prof.active(on)
    need()
    if not native.read("config.prof") then
        error("this allocator was built without heap profiles", 2)
    elseif not native.read("opt.prof") then
        error("heap profiles are off: start the server with MALLOC_CONF=prof:true", 2)
    elseif on ~= nil then
        native.write("prof.active", on)
    end
    return native.read("prof.active")
end

function prof.dump(path)
    need()
    native.profile_dump(path)
    return path
end

jemalloc.prof = library.describe(prof, "jemalloc.prof: heap profiles, where it was started with MALLOC_CONF=prof:true")
library.describe(prof.active, "jemalloc.prof.active(true): whether allocations are sampled; with a value, from now on")
library.describe(prof.dump, "jemalloc.prof.dump(path): writes a heap profile, for jeprof")
library.describe(jemalloc.stats, "jemalloc.stats(): what it holds, in bytes")
library.describe(jemalloc.ctl, [[
jemalloc.ctl(name, value): a setting or figure by the name that jemalloc's manual has for it
jemalloc.ctl("stats.allocated") reads; jemalloc.ctl("arenas.dirty_decay_ms", 1000) sets one of the few
that can do no harm.]])
library.describe(jemalloc.purge, "jemalloc.purge(): gives unused pages back to the kernel now")
library.describe(jemalloc.dump, "jemalloc.dump(path): writes all statistics as JSON, for `tidemark jemalloc`")
return library.describe(jemalloc, "jemalloc: the allocator's figures, settings and dumps")
