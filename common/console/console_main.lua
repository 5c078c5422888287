-- console_main.lua - main: the service's cache, origin, server and configuration.
local native, library = ...

local ENTRY_S = 0.00002 -- how much longer a statement may run for each entry that it visits
local SAMPLE_TRIES = 200

local methods = {}

function methods.get(_, id)
    return native.peek(tostring(id))
end

function methods.stats()
    local stats = native.stats()
    local requests = stats.hits + stats.misses
    stats.hit_ratio = requests > 0 and stats.hits / requests or nil
    return stats
end

function methods.remove(_, id)
    return native.remove(tostring(id))
end

function methods.clear()
    local position, removed = 0, 0
    library.extend(30)
    while position do
        local count
        position, count = native.clear(position)
        removed = removed + count
    end
    return removed
end

function methods.resize(_, capacity)
    local entries = math.tointeger(capacity) or library.count(capacity) or 0
    local bytes = entries == 0 and library.bytes(capacity) or 0
    if entries == 0 and bytes == 0 then
        error('resize takes a number of entries, or a size such as "32MiB"', 2)
    end
    library.extend(30)
    while not native.resize(entries, bytes) do end
end

local function entries()
    local position = 0
    return function()
        while position do
            local record
            position, record = native.walk(position)
            if record then
                library.extend(ENTRY_S)
                return record.key, record
            end
        end
    end
end

function methods.sample(_, count)
    local sample, tries, random = {}, 0, math.random
    count = count or 10
    while #sample < count and tries < SAMPLE_TRIES * count do
        sample[#sample + 1] = native.at(random(0, math.maxinteger))
        tries = tries + 1
    end
    return sample
end

library.describe(methods.get, "main.cache:get(id): the record or nil, as main.cache[id]")
library.describe(methods.stats, "main.cache:stats(): entries, hits, misses, bytes, limits")
library.describe(methods.remove, "main.cache:remove(id): removes a record; false if there was none")
library.describe(methods.clear, "main.cache:clear(): removes all entries and returns their number")
library.describe(methods.resize, 'main.cache:resize(10000) or ("32MiB"): changes the capacity')
library.describe(methods.sample, "main.cache:sample(10): ten records chosen at random")

local cache = setmetatable({}, {
    __metatable = "the cache",
    __name = "cache",
    __len = native.count,
    __index = function(_, id) return methods[id] or native.peek(tostring(id)) end,
    __newindex = function() error("the cache is filled by requests only; see dir(main.cache)", 2) end,
    __pairs = entries,
    __tostring = function() return "cache: " .. native.count() .. " entries" end,
    methods = methods,
})

library.describe(cache, [[
main.cache: the cache; reading it here does not count as a hit or miss
#main.cache          the number of entries
main.cache["42"]     the record of user 42, or nil: key, body (at most 4 KiB of it),
                     bytes that it uses, owners (references to it)
pairs(main.cache)    each id and record once, in no order; entries that come or go
                     meanwhile may be missed
:stats() :sample(n) :get(id) :remove(id) :clear() :resize(capacity)]])
local names = {}
for name in pairs(methods) do
    names[#names + 1] = name
end
library.names(cache, names)

-- A table whose fields are read from the server at each access.
local function live(read, text)
    local value = setmetatable({}, {
        __metatable = "live",
        __index = function(_, name) return read()[name] end,
        __pairs = function() return pairs(read()) end,
        __tostring = function() return library.show(read()) end,
        __newindex = function() error("this cannot be changed", 2) end,
        methods = setmetatable({}, {__index = function(_, name) return read()[name] end}),
    })
    local found = {}
    for name in pairs(read()) do
        found[#found + 1] = name
    end
    library.names(value, found)
    return library.describe(value, text)
end

local main = {
    cache = cache,
    origin = library.describe(native.origin(), "main.origin: where records come from on a miss"),
    server = live(native.server, "main.server: process id, URL, connections, requests, uptime"),
    config = live(native.config, "main.config: policy, limits, version"),
}
return library.describe(main, "main: the server; dir(main) lists its parts")
