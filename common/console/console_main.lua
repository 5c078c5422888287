-- console_main.lua - main: the service's cache, origin, server and configuration.
local steps, kit = ...

local ENTRY_S = 0.00002 -- what each entry met adds to the time that a walk may take
local SAMPLE_TRIES = 200

local methods = {}

function methods.get(_, id)
    return steps.peek(tostring(id))
end

function methods.stats()
    local stats = steps.stats()
    local asked = stats.hits + stats.misses
    stats.hit_ratio = asked > 0 and stats.hits / asked or nil
    return stats
end

function methods.remove(_, id)
    return steps.remove(tostring(id))
end

function methods.clear()
    local position, removed = 0, 0
    kit.extend(30)
    while position do
        local count
        position, count = steps.clear(position)
        removed = removed + count
    end
    return removed
end

function methods.resize(_, capacity)
    local entries = math.tointeger(capacity) or kit.count(capacity) or 0
    local bytes = entries == 0 and kit.bytes(capacity) or 0
    if entries == 0 and bytes == 0 then
        error('resize takes a number of entries or a size such as "32MiB"', 2)
    end
    kit.extend(30)
    while not steps.resize(entries, bytes) do end
end

local function entries()
    local position = 0
    return function()
        while position do
            local record
            position, record = steps.walk(position)
            if record then
                kit.extend(ENTRY_S)
                return record.key, record
            end
        end
    end
end

function methods.sample(_, count)
    local sample, tries, random = {}, 0, math.random
    count = count or 10
    while #sample < count and tries < SAMPLE_TRIES * count do
        sample[#sample + 1] = steps.at(random(0, math.maxinteger))
        tries = tries + 1
    end
    return sample
end

kit.describe(methods.get, "main.cache:get(id): the record, or nil, as main.cache[id]")
kit.describe(methods.stats, "main.cache:stats(): entries, hits, misses, bytes, limits")
kit.describe(methods.remove, "main.cache:remove(id): whether it was there; it is not now")
kit.describe(methods.clear, "main.cache:clear(): lets all entries go, and says how many")
kit.describe(methods.resize, 'main.cache:resize(10000) or ("32MiB"): another capacity')
kit.describe(methods.sample, "main.cache:sample(10): so many records taken at random")

local cache = setmetatable({}, {
    __metatable = "the cache",
    __name = "cache",
    __len = steps.count,
    __index = function(_, id) return methods[id] or steps.peek(tostring(id)) end,
    __newindex = function() error("records come by requests; see dir(main.cache)", 2) end,
    __pairs = entries,
    __tostring = function() return "cache: " .. steps.count() .. " entries" end,
    methods = methods,
})

kit.describe(cache, [[
main.cache: what the cache holds; looking at it is no hit
#main.cache          how many entries
main.cache["42"]     the record of an id, or nil: key, body (4 KiB of it at most),
                     bytes that it takes, owners (references)
pairs(main.cache)    id and record, one after the other, in no order: each that
                     stays meanwhile once
:stats() :sample(n) :get(id) :remove(id) :clear() :resize(capacity)]])
local names = {}
for name in pairs(methods) do
    names[#names + 1] = name
end
kit.names(cache, names)

-- A table whose fields are read anew each time.
local function live(read, text)
    local value = setmetatable({}, {
        __metatable = "live",
        __index = function(_, name) return read()[name] end,
        __pairs = function() return pairs(read()) end,
        __tostring = function() return kit.show(read()) end,
        __newindex = function() error("this cannot be set", 2) end,
        methods = setmetatable({}, {__index = function(_, name) return read()[name] end}),
    })
    local found = {}
    for name in pairs(read()) do
        found[#found + 1] = name
    end
    kit.names(value, found)
    return kit.describe(value, text)
end

local main = {
    cache = cache,
    origin = kit.describe(steps.origin(), "main.origin: where users come from"),
    server = live(steps.server, "main.server: connections, requests, uptime"),
    config = live(steps.config, "main.config: policy, limits, versions"),
}
return kit.describe(main, "main: the service; dir(main) lists its parts")
