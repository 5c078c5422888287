-- console_library.lua - the Lua that clients get: bounded libraries, print, json, dir, help.
--
-- Loops are written in Lua, because a C function cannot be paused. Values are read from locals: a
-- client may overwrite any global without breaking this code.
local native = ...
local error, getmetatable, ipairs, next, pairs, pcall = error, getmetatable, ipairs, next, pairs, pcall
local rawget, rawlen, select, tostring, type = rawget, rawlen, select, tostring, type
local raw_load, raw_setmetatable = load, setmetatable
local huge, integer_of, math_type = math.huge, math.tointeger, math.type
local raw_concat, format, sub, rep = table.concat, string.format, string.sub, string.rep
local concat, sort -- table.concat and table.sort below
local find, word, quote = native.find, native.word, native.quote
local plain, metatable = native.plain, native.metatable

local STATEMENT_BYTES = 16384 -- as in wire.h
local STRING_BYTES = 1 << 20 -- as in interpreter.h
local PIECE_BYTES = 4096
local CONCAT_ITEMS = 128 -- at once
local FORMAT_VALUES, QUOTED_BYTES = 100, 16384
local VALUES_MAX = 10000
local SHOWN_ITEMS, SHOWN_DEPTH, SHOWN_LINE, SHOWN_TEXT = 60, 4, 96, 2000
local JSON_DEPTH = 64
local OWN = "tidemark:" -- begins errors that our own Lua raises, as in sandbox.c

getmetatable("").__metatable = "strings"

local library = {
    write = native.write, sleep = native.sleep, extend = native.extend, quote = quote,
    size = native.size, number = native.number, bytes = native.bytes, count = native.count,
}

local described = {} -- the text of help(value)
local named = {}     -- the names that dir lists for a value that is no plain table

function library.describe(value, text)
    described[value] = text
    return value
end

function library.names(value, names)
    named[value] = names
    return value
end

-- Libraries.

function setmetatable(value, meta)
    if type(meta) == "table" and rawget(meta, "__gc") ~= nil then
        error("a finalizer (__gc) is not offered: it could not be stopped", 2)
    elseif type(meta) == "table" and rawget(meta, "__mode") ~= nil then
        error("weak tables (__mode) are not offered: collecting them can take too long", 2)
    end
    return raw_setmetatable(value, meta)
end

-- Lua's xpcall calls the handler where the error is raised. That may be inside the hook, where no
-- further hook could stop the handler.
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
        error("load takes a string of at most " .. STATEMENT_BYTES .. " bytes", 2)
    end
    return raw_load(text, name, "t", ...)
end

function collectgarbage(what)
    if what ~= "count" then
        error('only collectgarbage("count") is offered; memory is collected automatically', 2)
    end
    return native.used() / 1024
end

function string.rep(text, count, between)
    text, between, count = tostring(text), tostring(between or ""), integer_of(count)
    local bytes = #text + #between
    if not count then
        error("string.rep takes (text, count, between)", 2)
    elseif bytes == 0 or count < 1 then
        return ""
    elseif count > STRING_BYTES // bytes + 1 then
        error("string.rep: a string has at most 1 MiB", 2)
    end
    local at_once = PIECE_BYTES // bytes + 1 -- repeating a short text often is slow
    if count <= at_once then
        return rep(text, count, between)
    end
    local piece = rep(text .. between, at_once)
    local pieces, left = (count - 1) // at_once, (count - 1) % at_once
    return rep(piece, pieces) .. rep(text .. between, left) .. text
end

string.find = find

for _, name in ipairs {"match", "gmatch", "gsub"} do
    local text = "string." .. name .. " is not offered, because a pattern can run for too long; " ..
        "use string.find(text, part, from, true) and string.sub"
    string[name] = function() error(text, 2) end
    described[string[name]] = text
end

-- Formatting a float can take 10 us, and quoting a byte 100 ns.
function string.format(text, ...)
    local count, bytes = select("#", ...), 0
    if count > FORMAT_VALUES then
        error("string.format takes at most " .. FORMAT_VALUES .. " values", 2)
    end
    if find(text, "q", 1, true) then
        for i = 1, count do
            local value = select(i, ...)
            bytes = bytes + (type(value) == "string" and #value or 0)
        end
    end
    if bytes > QUOTED_BYTES then
        error("string.format: %q takes at most " .. QUOTED_BYTES .. " bytes of text", 2)
    end
    return format(text, ...)
end

-- In pieces, because numbers are slow to concatenate.
local function concat_range(list, between, first, last)
    local pieces = {}
    for at = first, last, CONCAT_ITEMS do
        local to = at + CONCAT_ITEMS - 1
        pieces[#pieces + 1] = raw_concat(list, between, at, to >= at and to < last and to or last)
    end
    return #pieces <= CONCAT_ITEMS and raw_concat(pieces, between) or
        concat_range(pieces, between, 1, #pieces)
end

function table.concat(list, between, first, last)
    if not plain(list) then
        error("table.concat takes a table without a metatable", 2)
    end
    first, last = integer_of(first or 1), integer_of(last or rawlen(list))
    if not first or not last then
        error("table.concat takes (list, between, first, last)", 2)
    end
    return concat_range(list, between, first, last)
end
concat = table.concat

for from, name in pairs {[table] = "unpack", [string] = "byte", [utf8] = "codepoint"} do
    local all = from[name]
    from[name] = function(value, first, last)
        first = integer_of(first or 1)
        last = integer_of(last or from == table and #value or first)
        if first and last and (last - first >= VALUES_MAX or last - first < 0 and last > first) then
            error(name .. ": at most " .. VALUES_MAX .. " values at once", 2)
        end
        return all(value, first, last)
    end
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
        error("table.remove: the position is outside the list", 2)
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

-- Heapsort (Williams 1964): does not recurse, and ends even if `before` is inconsistent.
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
    if type(key) == "string" and word(key, 1) > #key and not integer_of(sub(key, 1, 1)) and key ~= "" then
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

-- The sorted keys of a table, without its first `from` list items, and whether some were left out.
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

-- On one line if that fits.
local function layout(parts, indent)
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
    return layout(parts, indent)
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

local called = {} -- functions that are called where a statement is only their name

-- A function is shown as its help text.
local function show_result(value)
    if called[value] then
        value = value()
    end
    value = type(value) == "function" and described[value] or value
    return type(value) == "string" and value or show(value, 0, "", {})
end

function library.show(value)
    return show(value, 0, "", {})
end

function print(...)
    for i = 1, select("#", ...) do
        library.write((i > 1 and "\t" or "") .. tostring((select(i, ...))))
    end
    library.write("\n")
end

-- JSON.

local json_writers = {}

local function json(value, depth)
    local write = json_writers[type(value)]
    if not write then
        error("json cannot write a " .. type(value), 0)
    end
    return write(value, depth)
end

json_writers["nil"] = function() return "null" end
json_writers.boolean = tostring
json_writers.string = function(value) return quote(value) end

function json_writers.number(value)
    if value ~= value or value == huge or value == -huge then
        return "null"
    end
    return math_type(value) == "integer" and tostring(value) or format("%.17g", value)
end

function json_writers.table(value, depth)
    if depth == JSON_DEPTH then
        error("json: the table contains itself, or is nested too deeply", 0)
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

function library.json(value)
    return json(value, 0)
end
_G.json = library.json

-- Help and completion.

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

-- Names in lines of at most SHOWN_LINE characters.
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

local lua_names = {} -- the globals that Lua itself defines
local list

local function list_globals()
    local rest = {}
    for _, name in ipairs(names_in(_G)) do
        rest[#rest + 1] = lua_names[name] and name or nil
    end
    return list(_G, lua_names) .. "\n\n" .. names_wrap("From Lua:", rest)
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
    local ns = time == nil and 0 or native.duration(time)
    local bytes = memory == nil and 0 or native.bytes(memory)
    if not ns or not bytes then
        error('budget takes a time such as "10s" and memory such as "64MiB"', 2)
    end
    native.budget(ns, bytes)
end

sleep = native.sleep

local guide = [[
The console runs Lua 5.4 inside this server, in short slices between requests.
An expression prints its value. dir(x) lists what x contains, help(x) describes it.

  #main.cache                      the number of entries in the cache
  main.cache["42"]                 the record of user 42; does not count as a hit
  for id, r in pairs(main.cache) do ... end
  main.cache:stats()               hits, misses, limits, bytes
  main.cache:clear()               removes all entries
  mem.now()                        memory, layer by layer
  mem.watch(5)                     one line per second, for five seconds
  heap.mark() ... heap.since()     what has grown in between
  heap.types()                     live objects by type
  heap.path("42")                  what keeps the record of user 42 alive
  heap.unreachable()               live objects that nothing refers to
  jemalloc.purge()                 returns unused pages to the kernel
  json(x)                          x as JSON

A statement may run for 100 ms, and your variables may use 16 MiB: help(budget).
Variables belong to one client. string.find searches for plain text; patterns
(string.match, gmatch, gsub) are not offered. Ctrl-C interrupts a statement;
quit(), exit or Ctrl-D leaves.]]

function help(value)
    if value == nil then
        return guide
    end
    return described[value] or (type(value) == "table" and dir(value)) or
        "there is no help for this " .. type(value) .. "; try help() or dir(main)"
end

library.describe(help, "help(x): describes x; help() explains the console")
library.describe(dir, "dir(x): lists what x contains; dir() lists the globals")
library.describe(_G.json, "json(x): returns x as JSON text")
library.describe(print, "print(...): prints its arguments")
library.describe(sleep, "sleep(seconds): waits; the time does not count against the budget")
library.describe(budget, [[
budget(time, memory): sets how long a statement may run and how much memory you may use
budget("10s") lets each statement run for 10 s (default 100ms, maximum 60s). Only time in which the
statement really runs counts. budget(nil, "64MiB") lets your variables and statements use 64 MiB
(default 16MiB, maximum 64MiB). A string has at most 1 MiB; your tables, strings and functions take at
most 120,000 blocks of memory.]])

called[help], called[dir] = true, true
for name, value in next, _G do
    lua_names[name] = type(name) == "string" and described[value] == nil or nil
end

-- Running.

-- An error's text, without the line of our own Lua that raised it.
local function error_text(reason)
    local ok, text = pcall(tostring, reason)
    if not ok then
        return "an error that cannot be shown"
    end
    local colon = sub(text, 1, #OWN) == OWN and find(text, ": ", #OWN, true)
    return colon and integer_of(sub(text, #OWN + 1, colon - 1)) and sub(text, colon + 2) or text
end

local function results_show(ok, ...)
    if not ok then
        return error_text((...))
    end
    for i = 1, select("#", ...) do
        library.write(show_result((select(i, ...))) .. "\n")
    end
end

local function run(statement)
    local ok, reason = pcall(results_show, pcall(statement))
    return ok and reason or not ok and error_text(reason) or nil
end

-- Completes the last name of a prefix: in `main.cache:st` that is "st" in main.cache.
local function complete(prefix)
    local value, from = _G, 1
    while true do
        local after = word(prefix, from)
        local separator = sub(prefix, after, after)
        if after == from or separator ~= "." and separator ~= ":" then
            break
        end
        value = member(value, sub(prefix, from, after - 1))
        from = after + 1
    end
    local begun = sub(prefix, from)
    for _, name in ipairs(value ~= nil and names_in(value) or {}) do
        if sub(name, 1, #begun) == begun then
            library.write(sub(prefix, 1, from - 1) .. name .. "\n")
        end
    end
end

return library, run, function(prefix)
    local ok, reason = pcall(complete, prefix)
    return not ok and error_text(reason) or nil
end
