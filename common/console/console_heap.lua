-- console_heap.lua - heap: live objects, what grows, and what refers to a record.
local native, library = ...
local error, ipairs, pairs, setmetatable, tostring, type = error, ipairs, pairs, setmetatable, tostring, type
local concat, sort, insert = table.concat, table.sort, table.insert
local format, rep = string.format, string.rep
local max = math.max
local count_text, quote, json = library.number, library.quote, library.json

local SHOWN_ROWS = 20
local WAIT_S = 0.001 -- while other threads report what they refer to
local BUSY_S, BUSY_TIMEOUT_S = 0.02, 10 -- while another client walks

-- Tables.

local function size_text(bytes)
    return bytes < 0 and "-" .. library.size(-bytes) or library.size(bytes)
end

local function columns_of(rows, columns)
    local lines, widths = {}, {}
    for i, column in ipairs(columns) do
        widths[i] = #column.title
    end
    for n, row in ipairs(rows) do
        if n > SHOWN_ROWS then
            break
        end
        local cells = {}
        for i, column in ipairs(columns) do
            local value = row[column.key]
            cells[i] = value == nil and "" or column.write and column.write(value) or tostring(value)
            widths[i] = max(widths[i], #cells[i])
        end
        lines[n] = cells
    end
    return lines, widths
end

local function line_of(cells, columns, widths)
    local parts = {}
    for i, column in ipairs(columns) do
        local fill = rep(" ", widths[i] - #cells[i])
        parts[i] = column.write and fill .. cells[i] or cells[i] .. fill
    end
    return concat(parts, "  ")
end

-- A list of rows that prints as a table. json() and # take it as the list that it is.
local function listing(rows, columns, nothing)
    return setmetatable(rows, {__tostring = function()
        if #rows == 0 then
            return nothing
        end
        local lines, widths = columns_of(rows, columns)
        local titles = {}
        for i, column in ipairs(columns) do
            titles[i] = column.title
        end
        local out = {line_of(titles, columns, widths)}
        for _, cells in ipairs(lines) do
            insert(out, line_of(cells, columns, widths))
        end
        if #rows > SHOWN_ROWS then
            insert(out, format("and %d more", #rows - SHOWN_ROWS))
        end
        return concat(out, "\n")
    end})
end

local function larger(a, b)
    if a.live_bytes ~= b.live_bytes then
        return a.live_bytes > b.live_bytes
    end
    return a.live > b.live
end

-- The rows of objects that exist or existed, the largest first.
local function ever_lived(rows)
    local lived = {}
    for _, row in ipairs(rows) do
        if row.total > 0 or row.live > 0 then
            insert(lived, row)
        end
    end
    sort(lived, larger)
    return lived
end

local function column(key, title, write)
    return {key = key, title = title, write = write}
end

local counted = {
    column("live", "live", count_text), column("live_bytes", "bytes", size_text),
    column("total", "created", count_text), column("total_bytes", "created bytes", size_text),
}
local type_columns = {column("type", "type"), table.unpack(counted)}
local container_columns = {column("container", "container"), table.unpack(type_columns)}
local growth_columns = {
    column("container", "container"), column("type", "type"), column("live", "live +", count_text),
    column("live_bytes", "bytes +", size_text), column("created", "created", count_text),
    column("now", "live now", count_text), column("now_bytes", "bytes now", size_text),
}

-- Counting.

local heap = {}

function heap.containers()
    return listing(ever_lived(native.census()), container_columns, "there are no objects")
end

function heap.types()
    local rows, by_type = {}, {}
    for _, row in ipairs(native.census()) do
        local sum = by_type[row.type]
        if not sum then
            sum = {type = row.type, live = 0, live_bytes = 0, total = 0, total_bytes = 0}
            by_type[row.type] = sum
            insert(rows, sum)
        end
        for _, key in ipairs {"live", "live_bytes", "total", "total_bytes"} do
            sum[key] = sum[key] + row[key]
        end
    end
    return listing(ever_lived(rows), type_columns, "there are no objects")
end

-- The rows that differ between two censuses.
local function growth(before, after)
    local rows, known, nothing = {}, {}, {live = 0, live_bytes = 0, total = 0}
    for _, row in ipairs(before) do
        known[row.container .. "\0" .. row.type] = row
    end
    for _, row in ipairs(after) do
        local old = known[row.container .. "\0" .. row.type] or nothing
        local live, bytes = row.live - old.live, row.live_bytes - old.live_bytes
        if live ~= 0 or bytes ~= 0 then
            insert(rows, {
                container = row.container, type = row.type, live = live, live_bytes = bytes,
                created = row.total - old.total, now = row.live, now_bytes = row.live_bytes,
            })
        end
    end
    sort(rows, larger)
    return listing(rows, growth_columns, "nothing has grown or shrunk")
end

local last, marked = {}, nil

function heap.growth()
    local before = last
    last = native.census()
    return growth(before, last)
end

function heap.mark()
    marked = setmetatable(native.census(), {__tostring = function()
        return "marked; heap.since() lists what has grown since"
    end})
    return marked
end

function heap.since(mark)
    mark = mark or marked
    if type(mark) ~= "table" then
        error("call heap.mark() first: heap.since compares with it", 2)
    end
    return growth(mark, native.census())
end

function heap.snapshot()
    local time_ns, figures, census = native.snapshot()
    return format('{"time_ns":%d,"figures":', time_ns) .. figures .. ',"census":' .. json(census) .. "}"
end

-- Walking.

-- Begins a walk. There is one walk at a time: waits while another client walks.
local function begin(key)
    local walks, reason = native.begin_walk(key)
    for _ = 1, BUSY_TIMEOUT_S / BUSY_S do
        if walks or reason ~= "busy" then
            break
        end
        library.sleep(BUSY_S)
        walks, reason = native.begin_walk(key)
    end
    if walks then
        return
    elseif reason == "busy" then
        error("another client is walking through the heap; try again in a moment", 4)
    else
        error(format("no record %q is in the cache, or in the sample of records that exist outside it", key), 4)
    end
end

local ending = setmetatable({}, {__close = native.end_walk})

-- Walks to the end, and returns what `read` returns then. The walk is also ended when the statement
-- ends, is interrupted or fails (interpreter_hold).
local function walk(key, read)
    local _ <close> = ending
    begin(key)
    library.extend(30)
    while true do
        local state = native.advance()
        if state == "done" then
            return read()
        elseif state == "waiting" then
            library.sleep(WAIT_S)
        end
    end
end

-- The key of a record that is given by its id, or as a table with key, id or user_id.
local function key_of(x)
    local key = type(x) == "table" and (x.key or x.id or x.user_id) or x
    if type(key) ~= "string" and type(key) ~= "number" then
        error("give the id of a user, or a record", 3)
    end
    return tostring(key)
end

-- table.concat, which takes no table with a metatable.
local function path_text(path)
    local parts = {}
    for i, step in ipairs(path) do
        parts[i] = step
    end
    return concat(parts, " -> ")
end

local function reference_text(path)
    local text = path_text(path)
    if path.lost then
        return "(unreachable) -> " .. text
    end
    return path.owns and text or text .. "  (does not own it)"
end

local reference_meta = {__tostring = reference_text}

local function holders(key)
    local found = walk(key, native.holders)
    for _, path in ipairs(found) do
        setmetatable(path, reference_meta)
    end
    return found
end

local function references_text(count)
    return count == 1 and "1 reference" or count .. " references"
end

local function holders_text(found)
    local lines = {format("record %s, %s; found %d of %s:", found.record, library.size(found.bytes),
        found.owning, references_text(found.references))}
    for _, path in ipairs(found) do
        insert(lines, "  " .. reference_text(path))
    end
    if found.owning < found.references then
        insert(lines, format("  %d not found", found.references - found.owning))
    end
    return concat(lines, "\n")
end

function heap.holders(x)
    local found = holders(key_of(x))
    found.owning = 0
    for _, path in ipairs(found) do
        found.owning = found.owning + (path.owns and 1 or 0)
    end
    return setmetatable(found, {__tostring = holders_text})
end

-- Prefers a path that begins at a root and owns the record.
function heap.path(x)
    local found, best = holders(key_of(x)), nil
    for _, path in ipairs(found) do
        local better = not best or (path.owns and not path.lost and not (best.owns and not best.lost))
        best = better and path or best
    end
    return best or "no object that is known refers to it"
end

local function example_text(example)
    local lines = {format("  record %s, %s, %s", example.record, library.size(example.bytes),
        references_text(example.references))}
    if example.cycle then
        insert(lines, "    a cycle: " .. path_text(example.cycle))
    elseif example.holder then
        insert(lines, "    (unreachable) -> " .. path_text(example.holder))
    else
        insert(lines, "    no object that is known refers to it")
    end
    return concat(lines, "\n")
end

local function unreachable_text(lost)
    local lines = {format("records that no root reaches: %s%s, %s (checked 1 in %d of all records)",
        lost.share > 1 and "about " or "", count_text(lost.records * lost.share),
        library.size(lost.record_bytes * lost.share), lost.share)}
    for _, kind in ipairs(lost.kinds) do
        insert(lines, format("%s that no root reaches: %s of %s, %s", kind.type, count_text(kind.count),
            count_text(kind.live), library.size(kind.bytes)))
    end
    for _, example in ipairs(lost.examples) do
        insert(lines, example_text(example))
    end
    return concat(lines, "\n")
end

function heap.unreachable()
    return setmetatable(walk(nil, native.unreachable), {__tostring = unreachable_text})
end

-- Graphviz.

-- Steps that two paths have in common from their beginning on are drawn once. JSON strings are
-- valid in Graphviz, too.
function heap.graph(x)
    local found = holders(key_of(x))
    local target = quote("record " .. found.record)
    local label = "record " .. found.record .. "\n" .. references_text(found.references)
    local lines, drawn = {
        "digraph holders {", "  rankdir=LR; node [shape=box];",
        "  " .. target .. " [style=bold, label=" .. quote(label) .. "];",
    }, {}
    local function once(line)
        if not drawn[line] then
            drawn[line] = true
            insert(lines, line)
        end
    end
    for _, path in ipairs(found) do
        local from = path.lost and quote("(unreachable)") or nil
        local style = path.owns and "" or " [style=dashed]"
        local place = path.lost and "(unreachable)" or ""
        for i, step in ipairs(path) do
            place = place .. " -> " .. step
            local node = i == #path and target or quote(place)
            if i < #path then
                once("  " .. node .. " [label=" .. quote(step) .. "];")
            end
            if from then
                once("  " .. from .. " -> " .. node .. (i == #path and style or "") .. ";")
            end
            from = node
        end
    end
    insert(lines, "}")
    return concat(lines, "\n")
end

-- Help.

local texts = {
    types = "heap.types(): live objects by type, the largest first",
    containers = "heap.containers(): live objects by the container that holds them",
    growth = "heap.growth(): what has grown since the last heap.growth()",
    mark = "heap.mark(): remembers the live objects for heap.since()",
    since = "heap.since(mark): what has grown since heap.mark(), or since that mark",
    holders = [[
heap.holders(x): lists what refers to a record, with the path from a root
x is the id of a user or a record. Searches all connections, requests in flight and caches while the
server keeps serving, so a reference that changes in between may be missed. A weak cache refers to
its records without owning them. A path from (unreachable) does not begin at a root.]],
    path = "heap.path(x): one path from a root to a record; heap.holders lists all",
    unreachable = [[
heap.unreachable(): live objects that no root reaches, with examples
Checks a sample of all records (it prints the share) and all objects that a policy creates beside
them. Checks twice, so that a reference that moves in between is not reported.]],
    graph = "heap.graph(x): heap.holders for Graphviz: tidemark console -e ... | dot -Tsvg",
    snapshot = "heap.snapshot(): figures and live objects at one moment as JSON, for programs",
}
for name, text in pairs(texts) do
    library.describe(heap[name], text)
end

return library.describe(heap, [[
heap: live objects, what grows, and what refers to a record
heap.mark(), some load, then heap.since() lists what has grown. heap.unreachable() lists what nothing
refers to, heap.path("42") what keeps the record of user 42 alive. dir(heap) lists all functions.]])
