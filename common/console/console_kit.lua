-- console_kit.lua - the client's Lua: libraries that a budget can stop, print, show, json, dir, help.
--
-- What loops is written in Lua, since C cannot be paused. Names are taken as locals: a client may
-- overwrite every global without harm to what is here.
local steps = ...
local error, getmetatable, ipairs, next, pairs, pcall = error, getmetatable, ipairs, next, pairs, pcall
local rawequal, rawget, rawlen, select, tostring, type = rawequal, rawget, rawlen, select, tostring, type
local raw_load, raw_setmetatable = load, setmetatable
local floor, huge, integer_of, math_type = math.floor, math.huge, math.tointeger, math.type
local concat, sort, byte, format, sub, rep = table.concat, nil, string.byte, string.format, string.sub, string.rep
local pack, unpack = table.pack, table.unpack
local quote, plain, metatable = steps.quote, steps.plain, steps.metatable

local STATEMENT_BYTES = 16384 -- as in wire.h
local STRING_BYTES = 1 << 20 -- as in interpreter.h
local PIECE_BYTES = 4096
local SHOWN_ITEMS, SHOWN_DEPTH, SHOWN_LINE, SHOWN_TEXT = 60, 4, 96, 2000
local JSON_DEPTH = 64

getmetatable("").__metatable = "strings"

local kit = {
    write = steps.write, sleep = steps.sleep, extend = steps.extend,
    size = steps.size, bytes = steps.bytes, count = steps.count,
}

-- What values are about, and what is found in those that are no plain tables.
local described = raw_setmetatable({}, {__mode = "k"})
local named = raw_setmetatable({}, {__mode = "k"})

function kit.describe(value, text)
    described[value] = text
    return value
end

function kit.names(value, names)
    named[value] = names
    return value
end

-- Libraries.

function setmetatable(value, meta)
    if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
        error("a finalizer (__gc) is not to be had here: it could not be stopped", 2)
    end
    return raw_setmetatable(value, meta)
end

-- Lua's own calls the handler where the error is raised: in the hook, where no hook stops it.
local function handled(handler, ok, ...)
    if ok then
        return true, ...
    end
    return false, handler((...))
end

function xpcall(f, handler, ...)
    return handled(handler, pcall(f, ...))
end

function load(text, name, _, ...)
    if type(text) ~= "string" or #text > STATEMENT_BYTES then
        error("load takes a text of at most " .. STATEMENT_BYTES .. " bytes", 2)
    end
    return raw_load(text, name, "t", ...)
end

function collectgarbage(what)
    if what ~= "count" then
        error('only collectgarbage("count") is to be had here; memory is collected by itself', 2)
    end
    return steps.used() / 1024
end

function string.rep(text, count, between)
    text, between, count = tostring(text), tostring(between or ""), integer_of(count)
    local bytes = #text + #between
    if not count then
        error("string.rep takes (text, count, between)", 2)
    elseif bytes == 0 or count < 1 then
        return ""
    elseif count > STRING_BYTES // bytes + 1 then
        error("string.rep: no text is longer than 1 MiB", 2)
    end
    local at_once = PIECE_BYTES // bytes + 1 -- by pieces: one by one takes long
    if count <= at_once then
        return rep(text, count, between)
    end
    local piece = rep(text .. between, at_once)
    local pieces, left = (count - 1) // at_once, (count - 1) % at_once
    return rep(piece, pieces) .. rep(text .. between, left) .. text
end

-- A search pauses after so many steps, for others to have their turn.
local function find(text, pattern, from, as_is)
    local function goes_on(first, last, ...)
        if first == false then
            return find(text, pattern, last)
        end
        return first, last, ...
    end
    return goes_on(steps.find(text, pattern, from, as_is))
end

function string.find(text, pattern, from, as_is)
    return find(text, pattern, from, as_is)
end

-- What was captured, or all that was found.
local function captures(text, first, last, ...)
    if not first then
        return nil
    end
    if select("#", ...) > 0 then
        return ...
    end
    return sub(text, first, last)
end

function string.match(text, pattern, from)
    return captures(text, find(text, pattern, from))
end

-- One match after the other; an empty one not where the last one ended.
local function matches(text, pattern, from)
    local at, ended = from or 1, -1
    return function()
        while at <= #text + 1 do
            local found = pack(find(text, pattern, at))
            local first, last = found[1], found[2]
            if not first then
                return nil
            end
            if last >= first or last ~= ended then
                at, ended = last + 1, last
                return found
            end
            at = first + 1
        end
    end
end

function string.gmatch(text, pattern, from)
    text = tostring(text)
    local following = matches(text, pattern, from)
    return function()
        local found = following()
        if found then
            return captures(text, unpack(found, 1, found.n))
        end
    end
end

local replacers = {
    table = function(by, capture) return by[capture] end,
    ["function"] = function(by, ...) return by(...) end,
}

local function expand(by, whole, found)
    local parts, from = {}, 1
    while true do
        local at = find(by, "%", from, true)
        parts[#parts + 1] = sub(by, from, (at or 0) - 1)
        if not at then
            return concat(parts)
        end
        local sign = sub(by, at + 1, at + 1)
        local number = integer_of(sign)
        if sign ~= "%" and not number then
            error("a % in a replacement is followed by a digit or by %", 3)
        end
        local part = not number and "%" or number == 0 and whole or found[number + 2] or
            number == 1 and found.n == 2 and whole
        parts[#parts + 1] = part or error("the replacement wants a capture that is not there", 3)
        from = at + 2
    end
end

local function replacement(by, whole, text, found)
    local replace = replacers[type(by)]
    if not replace then
        return expand(tostring(by), whole, found)
    end
    local value = replace(by, captures(text, unpack(found, 1, found.n)))
    return value or whole
end

function string.gsub(text, pattern, by, most)
    text = tostring(text)
    local parts, done, count = {}, 1, 0
    local once = sub(pattern, 1, 1) == "^"
    for found in matches(text, pattern) do
        if most and count >= most then
            break
        end
        local whole = sub(text, found[1], found[2])
        parts[#parts + 1] = sub(text, done, found[1] - 1)
        parts[#parts + 1] = replacement(by, whole, text, found)
        done, count = found[2] + 1, count + 1
        if once then
            break
        end
    end
    parts[#parts + 1] = sub(text, done)
    return concat(parts), count
end

function table.concat(list, between, first, last)
    if not plain(list) then
        error("table.concat takes a plain table", 2)
    end
    return concat(list, between, first or 1, last or rawlen(list))
end

function table.insert(list, ...)
    local count, at, value = #list + 1, ...
    if select("#", ...) == 1 then
        list[count] = at
        return
    end
    at = integer_of(at)
    if select("#", ...) ~= 2 or not at or at < 1 or at > count then
        error("table.insert takes (list, value) or (list, position, value)", 2)
    end
    for i = count, at + 1, -1 do
        list[i] = list[i - 1]
    end
    list[at] = value
end

function table.remove(list, at)
    local count = #list
    at = at == nil and count or integer_of(at)
    if not at or count > 0 and (at < 1 or at > count + 1) then
        error("table.remove: there is no such position", 2)
    end
    local value = list[at]
    for i = at, count - 1 do
        list[i] = list[i + 1]
    end
    if at <= count then
        list[count] = nil
    end
    return value
end

function table.move(from, first, last, at, to)
    to = to or from
    if at > last or at <= first or to ~= from then
        for i = 0, last - first do to[at + i] = from[first + i] end
    else
        for i = last - first, 0, -1 do to[at + i] = from[first + i] end
    end
    return to
end

-- Heapsort (Williams 1964): no recursion, and an order that contradicts itself does no harm.
local function sift(list, root, count, before)
    local value = list[root]
    while 2 * root <= count do
        local child = 2 * root
        if child < count and before(list[child], list[child + 1]) then
            child = child + 1
        end
        if not before(value, list[child]) then
            break
        end
        list[root], root = list[child], child
    end
    list[root] = value
end

local function less(a, b)
    return a < b
end

function table.sort(list, before)
    before = before or less
    local count = #list
    for root = count // 2, 1, -1 do
        sift(list, root, count, before)
    end
    for last = count, 2, -1 do
        list[1], list[last] = list[last], list[1]
        sift(list, 1, last - 1, before)
    end
end
sort = table.sort

-- Showing values.

local function name_of_key(key)
    if type(key) == "string" and find(key, "^[%a_][%w_]*$") then
        return key
    end
    return "[" .. (type(key) == "string" and quote(key) or tostring(key)) .. "]"
end

local ranks = {number = 1, string = 2}

local function key_before(a, b)
    local first, second = ranks[type(a)] or 3, ranks[type(b)] or 3
    if first ~= second then
        return first < second
    end
    if first == 3 then
        return tostring(a) < tostring(b)
    end
    return a < b
end

-- The keys of a table beyond its list, in order, and whether there were too many.
local function keys_of(value, from)
    local keys, more = {}, false
    for key in next, value do
        if not (math_type(key) == "integer" and key >= 1 and key <= from) then
            if #keys == SHOWN_ITEMS * 4 then
                more = true
                break
            end
            keys[#keys + 1] = key
        end
    end
    sort(keys, key_before)
    return keys, more
end

local show

local function lay_out(parts, indent)
    local count = 0
    for _, part in ipairs(parts) do
        count = count + #part + 2
        if find(part, "\n", 1, true) then
            count = huge
        end
    end
    if count + #indent <= SHOWN_LINE then
        return "{" .. concat(parts, ", ") .. "}"
    end
    local inner = indent .. "  "
    return "{\n" .. inner .. concat(parts, ",\n" .. inner) .. "\n" .. indent .. "}"
end

local function show_table(value, depth, indent, seen)
    if seen[value] then
        return "{...}"
    end
    if depth == SHOWN_DEPTH then
        return next(value) == nil and "{}" or "{...}"
    end
    seen[value] = true
    local parts, count, inner = {}, rawlen(value), indent .. "  "
    for i = 1, count < SHOWN_ITEMS and count or SHOWN_ITEMS do
        parts[i] = show(rawget(value, i), depth + 1, inner, seen)
    end
    local keys, more = keys_of(value, count)
    for _, key in ipairs(keys) do
        if #parts >= SHOWN_ITEMS then
            more = true
            break
        end
        parts[#parts + 1] = name_of_key(key) .. " = " .. show(rawget(value, key), depth + 1, inner, seen)
    end
    if count > SHOWN_ITEMS or more then
        parts[#parts + 1] = "..."
    end
    seen[value] = nil
    return lay_out(parts, indent)
end

local function show_text(value)
    if #value > SHOWN_TEXT then
        return quote(sub(value, 1, SHOWN_TEXT)) .. "..."
    end
    return quote(value)
end

function show(value, depth, indent, seen)
    if type(value) == "string" then
        return show_text(value)
    end
    if type(value) ~= "table" then
        return tostring(value)
    end
    local meta = metatable(value)
    if meta and rawget(meta, "__tostring") then
        return tostring(value)
    end
    return show_table(value, depth, indent, seen)
end

local answers = {} -- the functions that answer where only their name is given

-- Of a function it says what it is for.
local function show_result(value)
    if answers[value] then
        value = value()
    end
    value = type(value) == "function" and described[value] or value
    return type(value) == "string" and value or show(value, 0, "", {})
end

function kit.show(value)
    return show(value, 0, "", {})
end

function print(...)
    for i = 1, select("#", ...) do
        kit.write((i > 1 and "\t" or "") .. tostring((select(i, ...))))
    end
    kit.write("\n")
end

-- JSON.

local jsons = {}

local function json(value, depth)
    local write = jsons[type(value)]
    if not write then
        error("json: there is no JSON for a " .. type(value), 0)
    end
    return write(value, depth)
end

jsons["nil"] = function() return "null" end
jsons.boolean = tostring
jsons.string = function(value) return quote(value) end

function jsons.number(value)
    if value ~= value or value == huge or value == -huge then
        return "null"
    end
    return math_type(value) == "integer" and tostring(value) or format("%.17g", value)
end

function jsons.table(value, depth)
    if depth == JSON_DEPTH then
        error("json: a table that holds itself, or holds others too deeply", 0)
    end
    local parts = {}
    if #value > 0 then
        for i, item in ipairs(value) do
            parts[i] = json(item, depth + 1)
        end
        return "[" .. concat(parts, ",") .. "]"
    end
    local keys = {}
    for key in pairs(value) do
        keys[#keys + 1] = key
    end
    sort(keys, key_before)
    for i, key in ipairs(keys) do
        parts[i] = quote(tostring(key)) .. ":" .. json(value[key], depth + 1)
    end
    return "{" .. concat(parts, ",") .. "}"
end

function _G.json(value)
    return json(value, 0)
end

-- Finding one's way.

local function summary(value)
    local text = described[value]
    return text and sub(text, 1, (find(text, "\n", 1, true) or 0) - 1)
end

local function names_in(value)
    local names = {}
    for key, item in next, named[value] or type(value) == "table" and value or {} do
        if type(key) == "string" then
            names[#names + 1] = key
        elseif named[value] then
            names[#names + 1] = item
        end
    end
    sort(names)
    return names
end

local function member(value, name)
    if type(value) ~= "table" then
        return nil
    end
    local found = rawget(value, name)
    local meta = metatable(value)
    if found == nil and named[value] and meta then
        return (rawget(meta, "methods") or {})[name]
    end
    return found
end

-- So many in a line.
local function names_wrap(title, names)
    local lines, line = {}, title
    for _, name in ipairs(names) do
        if #line + #name + 1 > SHOWN_LINE then
            lines[#lines + 1], line = line, rep(" ", #title)
        end
        line = line .. " " .. name
    end
    lines[#lines + 1] = line
    return concat(lines, "\n")
end

local lua_names = {} -- the globals that are Lua's own, of which everybody knows
local list

local function list_globals()
    local rest = {}
    for _, name in ipairs(names_in(_G)) do
        rest[#rest + 1] = lua_names[name] and name or nil
    end
    return list(_G, lua_names) .. "\n\n" .. names_wrap("Lua's own:", rest)
end

function list(value, without)
    local lines, widest, names = {}, 0, {}
    for _, name in ipairs(names_in(value)) do
        names[#names + 1] = not without[name] and name or nil
    end
    for _, name in ipairs(names) do
        widest = #name > widest and #name or widest
    end
    for i, name in ipairs(names) do
        local item = member(value, name)
        local text = item ~= nil and (summary(item) or type(item)) or ""
        lines[i] = name .. rep(" ", widest - #name) .. "  " .. text
    end
    return concat(lines, "\n")
end

function dir(value)
    if value == nil or value == _G then
        return list_globals()
    end
    return list(value, {})
end

function budget(time, memory)
    local ns = time == nil and 0 or steps.duration(time)
    local bytes = memory == nil and 0 or steps.bytes(memory)
    if not ns or not bytes then
        error('budget takes a time such as "10s" and memory such as "64MiB"', 2)
    end
    steps.budget(ns, bytes)
end

sleep = steps.sleep

local guide = [[
The console runs Lua 5.4 inside this server, a slice at a time between requests.
An expression prints its value; dir(x) lists what is in x, help(x) says more.

  #main.cache                      how many entries the cache has
  main.cache["42"]                 what it holds for an id; this is no hit
  for id, r in pairs(main.cache) do ... end
  main.cache:stats()               hits, misses, limits, bytes
  main.cache:clear()               lets all entries go
  mem.now()                        memory, layer by layer
  mem.watch(5)                     a line a second, for five seconds
  heap.mark() ... heap.since()     what grew meanwhile; heap.types() what lives
  heap.path("42")                  who holds a user; heap.unreachable() what nobody does
  jemalloc.purge()                 gives unused pages back to the kernel
  json(x)                          x as JSON

A statement may run 100 ms and your variables may take 16 MiB; help(budget).
Ctrl-C stops what runs, Ctrl-D leaves. Variables are your own: other clients
have theirs.]]

function help(value)
    if value == nil then
        return guide
    end
    return described[value] or (type(value) == "table" and dir(value)) or
        "nothing is known about this " .. type(value) .. "; try help() or dir(main)"
end

kit.describe(help, "help(x): says what x is for")
kit.describe(dir, "dir(x): lists what is in x; dir() what there is at all")
kit.describe(_G.json, "json(x): x as a text in JSON")
kit.describe(print, "print(...): writes its arguments")
kit.describe(sleep, "sleep(seconds): waits; this does not count as running")
kit.describe(budget, [[
budget(time, memory): what a statement may take from now on
budget("10s") lets statements run for 10 s (at first 100ms, at most 60s); only the time in which
they really run counts. budget(nil, "64MiB") lets your variables and all that a statement makes
take 64 MiB (at first 16MiB, at most 256MiB). No text is longer than 1 MiB.]])

answers[help], answers[dir] = help, dir
for name, value in next, _G do
    lua_names[name] = type(name) == "string" and described[value] == nil or nil
end

-- Running.

local function error_text(reason)
    local ok, text = pcall(tostring, reason)
    if not ok then
        return "an error that cannot be shown"
    end
    return sub(text, (select(2, find(text, "^tidemark:%d+: ")) or 0) + 1)
end

local function results_show(ok, ...)
    if not ok then
        return error_text((...))
    end
    for i = 1, select("#", ...) do
        kit.write(show_result((select(i, ...))) .. "\n")
    end
end

local function run(statement)
    local ok, reason = pcall(results_show, pcall(statement))
    return ok and reason or not ok and error_text(reason) or nil
end

-- Of `main.cache:st` the place is main.cache, and what is begun is st.
local function complete(prefix)
    local value, from = _G, 1
    while true do
        local first, last = find(prefix, "^[%w_]+[.:]", from)
        if not first then
            break
        end
        value = member(value, sub(prefix, first, last - 1))
        from = last + 1
    end
    local begun = sub(prefix, from)
    for _, name in ipairs(value ~= nil and names_in(value) or {}) do
        if sub(name, 1, #begun) == begun then
            kit.write(sub(prefix, 1, from - 1) .. name .. "\n")
        end
    end
end

return kit, run, function(prefix)
    local ok, reason = pcall(complete, prefix)
    return not ok and error_text(reason) or nil
end
