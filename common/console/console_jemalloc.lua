-- console_jemalloc.lua - jemalloc: the allocator's figures, settings and dumps.
local steps, kit = ...

local FIGURES = {"allocated", "active", "metadata", "resident", "mapped", "retained"}
local jemalloc, prof = {}, {}
local available, instead = steps.available()

local function need()
    if not available then
        error("this server runs over " .. instead .. ": there is no jemalloc", 3)
    end
end

function jemalloc.stats()
    need()
    steps.refresh()
    local stats = {version = steps.read("version"), arenas = steps.read("arenas.narenas")}
    for _, name in ipairs(FIGURES) do
        stats[name .. "_bytes"] = steps.read("stats." .. name)
    end
    return stats
end

function jemalloc.ctl(name, value)
    need()
    if value ~= nil then
        steps.write(name, value)
    end
    steps.refresh()
    return steps.read(name)
end

function jemalloc.purge()
    need()
    steps.purge()
end

function jemalloc.dump(path)
    need()
    steps.dump(path)
    return path
end

function prof.active(on)
    need()
    if not steps.read("config.prof") then
        error("this allocator was built without heap profiles", 2)
    elseif not steps.read("opt.prof") then
        error("heap profiles are off: start the server with MALLOC_CONF=prof:true", 2)
    elseif on ~= nil then
        steps.write("prof.active", on)
    end
    return steps.read("prof.active")
end

function prof.dump(path)
    need()
    steps.profile_dump(path)
    return path
end

jemalloc.prof = kit.describe(prof, "jemalloc.prof: heap profiles, where it was started with MALLOC_CONF=prof:true")
kit.describe(prof.active, "jemalloc.prof.active(true): whether allocations are sampled; with a value, from now on")
kit.describe(prof.dump, "jemalloc.prof.dump(path): writes a heap profile, for jeprof")
kit.describe(jemalloc.stats, "jemalloc.stats(): what it holds, in bytes")
kit.describe(jemalloc.ctl, [[
jemalloc.ctl(name, value): a setting or figure by the name that jemalloc's manual has for it
jemalloc.ctl("stats.allocated") reads; jemalloc.ctl("arenas.dirty_decay_ms", 1000) sets one of the few
that can do no harm.]])
kit.describe(jemalloc.purge, "jemalloc.purge(): gives unused pages back to the kernel now")
kit.describe(jemalloc.dump, "jemalloc.dump(path): writes all statistics as JSON, for `tidemark jemalloc`")
return kit.describe(jemalloc, "jemalloc: the allocator's figures, settings and dumps")
