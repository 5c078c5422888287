-- console_heap.lua - what lives, what grows, and who holds it.
local steps, kit = ...
local error, ipairs, tostring, type = error, ipairs, tostring, type
local setmetatable = setmetatable
local concat, sort, insert = table.concat, table.sort, table.insert
local format, rep, gsub = string.format, string.rep, string.gsub
local floor, max = math.floor, math.max

local SHOWN_ROWS = 20
local WAIT_S, BUSY_S, PATIENCE_S = 0.001, 0.02, 10

-- Tables that show themselves.

local function count_text(count)
    local text, done = tostring(floor(count)), 1
    while done > 0 do
        text, done = gsub(text, "^(-?%d+)(%d%d%d)", "%1,%2")
    end
    return text
end

local function size_text(bytes)
    return bytes < 0 and "-" .. kit.size(-bytes) or kit.size(bytes)
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
    return (gsub(concat(parts, "  "), " +$", ""))
end

-- A list of rows that is shown as a table; json() and # see the list.
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

-- Without those of which there has never been one.
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
    column("total", "made", count_text), column("total_bytes", "made bytes", size_text),
}
local type_columns = {column("type", "type"), counted[1], counted[2], counted[3], counted[4]}
local container_columns = {
    column("container", "container"), column("type", "type"), counted[1], counted[2], counted[3],
    counted[4],
}
local growth_columns = {
    column("container", "container"), column("type", "type"), column("live", "live +", count_text),
    column("live_bytes", "bytes +", size_text), column("made", "made", count_text),
    column("now", "live now", count_text), column("now_bytes", "bytes now", size_text),
}

-- Counting.

local heap = {}

function heap.containers()
    return listing(ever_lived(steps.census()), container_columns, "nothing lives")
end

function heap.types()
    local rows, by_type = {}, {}
    for _, row in ipairs(steps.census()) do
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
    return listing(ever_lived(rows), type_columns, "nothing lives")
end

-- What changed from one census to another; what did not is left out.
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
                made = row.total - old.total, now = row.live, now_bytes = row.live_bytes,
            })
        end
    end
    sort(rows, larger)
    return listing(rows, growth_columns, "nothing has grown or shrunk")
end

local last, marked = {}, nil

function heap.growth()
    local before = last
    last = steps.census()
    return growth(before, last)
end

function heap.mark()
    marked = setmetatable(steps.census(), {__tostring = function()
        return "marked; heap.since() tells what has grown since"
    end})
    return marked
end

function heap.since(mark)
    mark = mark or marked
    if type(mark) ~= "table" then
        error("heap.since needs a heap.mark() before it", 2)
    end
    return growth(mark, steps.census())
end

heap.look = steps.look

-- Walking.

-- One walk at a time: another client's is waited for, and so is one that was left.
local function begin(key)
    local walks, reason = steps.begin_walk(key)
    for _ = 1, PATIENCE_S / BUSY_S do
        if walks or reason ~= "busy" then
            break
        end
        kit.sleep(BUSY_S)
        walks, reason = steps.begin_walk(key)
    end
    if walks then
        return
    elseif reason == "busy" then
        error("another client is walking through the heap; try again in a moment", 4)
    else
        error(format("no record %q is alive in the cache, nor in the sample of those that lived on", key), 4)
    end
end

local ending = setmetatable({}, {__close = steps.end_walk})

-- Walks to the end, and returns what `read` reads then. The walk ends with the statement, too,
-- however that ends.
local function walk(key, read)
    local _ <close> = ending
    begin(key)
    kit.extend(30)
    while true do
        local going = steps.advance()
        if going == "over" then
            return read()
        elseif going == "waits" then
            kit.sleep(WAIT_S)
        end
    end
end

-- An id, or whatever has one, such as what the cache holds.
local function key_of(x)
    local key = (type(x) == "table" or type(x) == "userdata") and (x.key or x.id or x.user_id) or x
    if type(key) ~= "string" and type(key) ~= "number" then
        error("give the id of a user, or a record", 3)
    end
    return tostring(key)
end

-- A trail may show itself, and so be no plain table.
local function steps_text(trail)
    local parts = {}
    for i, step in ipairs(trail) do
        parts[i] = step
    end
    return concat(parts, " -> ")
end

local function trail_text(trail)
    local text = steps_text(trail)
    if trail.lost then
        return "(nobody) -> " .. text
    end
    return trail.owns and text or text .. "  (does not own it)"
end

local trail_meta = {__tostring = trail_text}

local function holders(key)
    local found = walk(key, steps.holders)
    for _, trail in ipairs(found) do
        setmetatable(trail, trail_meta)
    end
    return found
end

local function references_text(count)
    return count == 1 and "1 reference" or count .. " references"
end

local function holders_text(found)
    local lines = {format("record %s, %s, %s, of which %d explained:", found.record,
        kit.size(found.bytes), references_text(found.references), found.owning)}
    for _, trail in ipairs(found) do
        insert(lines, "  " .. trail_text(trail))
    end
    if found.owning < found.references then
        insert(lines, format("  and %d that nobody reachable explains", found.references - found.owning))
    end
    return concat(lines, "\n")
end

function heap.holders(x)
    local found = holders(key_of(x))
    found.owning = 0
    for _, trail in ipairs(found) do
        found.owning = found.owning + (trail.owns and 1 or 0)
    end
    return setmetatable(found, {__tostring = holders_text})
end

-- From a root that owns it, else from anything.
function heap.path(x)
    local found, best = holders(key_of(x)), nil
    for _, trail in ipairs(found) do
        local better = not best or (trail.owns and not trail.lost and not (best.owns and not best.lost))
        best = better and trail or best
    end
    return best or "nobody that is reachable holds it, nor any object that is known"
end

local function example_text(example)
    local lines = {format("  record %s, %s, %s", example.record, kit.size(example.bytes),
        references_text(example.references))}
    if example.cycle then
        insert(lines, "    a cycle: " .. steps_text(example.cycle))
    elseif example.holder then
        insert(lines, "    (nobody) -> " .. steps_text(example.holder))
    else
        insert(lines, "    nothing that is known refers to it")
    end
    return concat(lines, "\n")
end

local function lost_text(lost)
    local lines = {format("records that no root reaches: %s%s, %s (one in %d of all records looked for)",
        lost.share > 1 and "about " or "", count_text(lost.records * lost.share),
        kit.size(lost.record_bytes * lost.share), lost.share)}
    for _, kind in ipairs(lost.kinds) do
        insert(lines, format("%s that no root reaches: %s of %s, %s", kind.type, count_text(kind.count),
            count_text(kind.live), kit.size(kind.bytes)))
    end
    for _, example in ipairs(lost.examples) do
        insert(lines, example_text(example))
    end
    return concat(lines, "\n")
end

function heap.unreachable()
    return setmetatable(walk(nil, steps.lost), {__tostring = lost_text})
end

-- Graphviz.

local function dot_quote(text)
    local escaped = gsub(text, '["\\]', "\\%0")
    return '"' .. gsub(escaped, "\n", "\\n") .. '"'
end

-- Equal steps of two trails are one node as long as all before them are equal, too.
function heap.graph(x)
    local found = holders(key_of(x))
    local target = dot_quote("record " .. found.record)
    local label = "record " .. found.record .. "\n" .. references_text(found.references)
    local lines, drawn = {
        "digraph holders {", "  rankdir=LR; node [shape=box];",
        "  " .. target .. " [style=bold, label=" .. dot_quote(label) .. "];",
    }, {}
    local function once(line)
        if not drawn[line] then
            drawn[line] = true
            insert(lines, line)
        end
    end
    for _, trail in ipairs(found) do
        local from = trail.lost and dot_quote("(nobody)") or nil
        local style = trail.owns and "" or " [style=dashed]"
        local place = trail.lost and "(nobody)" or ""
        for i, step in ipairs(trail) do
            place = place .. " -> " .. step
            local node = i == #trail and target or dot_quote(place)
            if i < #trail then
                once("  " .. node .. " [label=" .. dot_quote(step) .. "];")
            end
            if from then
                once("  " .. from .. " -> " .. node .. (i == #trail and style or "") .. ";")
            end
            from = node
        end
    end
    insert(lines, "}")
    return concat(lines, "\n")
end

-- Help.

local texts = {
    types = "heap.types(): what lives, by type, the largest first",
    containers = "heap.containers(): what lives, by the container that it lies in",
    growth = "heap.growth(): what grew since you last asked",
    mark = "heap.mark(): remembers what lives now, for heap.since()",
    since = "heap.since(mark): what grew since heap.mark(), or since that mark",
    holders = [[
heap.holders(x): who refers to a record, with the path to it from a root
x is a user's id or a record. All connections, requests in flight and caches are looked through while
the server goes on, so what changes meanwhile may be missed. A weak cache refers to its records
without owning them; (nobody) is the beginning of a path that no root reaches.]],
    path = "heap.path(x): one path from a root to a record, as heap.holders finds it",
    unreachable = [[
heap.unreachable(): what lives though no root reaches it, with examples
Looks for a sample of all records (their share is told) and for all objects that a variant makes
beside them, twice, so that what merely changes hands is not taken for lost.]],
    graph = "heap.graph(x): who holds a record, for Graphviz: tidemark console -e ... | dot -Tsvg",
    look = "heap.look(): figures and census of this moment as JSON, for programs",
}
for name, text in pairs(texts) do
    kit.describe(heap[name], text)
end

return kit.describe(heap, [[
heap: what lives in this server, what grows, and who holds it
heap.mark(), some load, heap.since() tells what grew; heap.unreachable() what no holder explains;
heap.path("42") who holds a user. dir(heap) lists all.]])
