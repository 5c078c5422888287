-- console_memory.lua - mem: where the memory is, layer by layer.
local native, library = ...

local layers = native.layers()
local mem = {}

-- Prints the figures as a table of sizes.
local shape = {
    __tostring = function(figures)
        local lines = {}
        for _, name in ipairs(layers) do
            if figures[name] then
                lines[#lines + 1] = string.format("%-22s %14d  %s", name, figures[name], library.size(figures[name]))
            end
        end
        return table.concat(lines, "\n")
    end,
}

function mem.now()
    return setmetatable(native.now(), shape)
end

function mem.rss()
    return native.now().rss_bytes
end

function mem.watch(seconds)
    local form = "%5s %12s %12s %12s %12s %12s %12s\n"
    library.write(form:format("s", "entries", "payload", "cache", "allocated", "resident", "rss"))
    for second = 1, seconds or 5 do
        library.sleep(1)
        local now = native.now()
        library.write(form:format(second, native.count(), library.size(now.payload_bytes), library.size(now.cache_bytes),
            library.size(now.allocated_bytes), library.size(now.resident_bytes), library.size(now.rss_bytes)))
    end
end

library.describe(mem.now, "mem.now(): the bytes of records, cache, allocator and process")
library.describe(mem.rss, "mem.rss(): the process's resident memory in bytes")
library.describe(mem.watch, "mem.watch(5): one line per second, for five seconds; Ctrl-C stops it")
return library.describe(mem, "mem: where the memory is, layer by layer")
