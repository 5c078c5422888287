-- console_memory.lua - mem: where the memory is, layer by layer.
local steps, kit = ...

local layers = steps.layers()
local mem = {}

-- Prints as a table of sizes; is one of numbers.
local shape = {
    __tostring = function(figures)
        local lines = {}
        for _, name in ipairs(layers) do
            if figures[name] then
                lines[#lines + 1] = string.format("%-22s %14d  %s", name, figures[name], kit.size(figures[name]))
            end
        end
        return table.concat(lines, "\n")
    end,
}

function mem.now()
    return setmetatable(steps.now(), shape)
end

function mem.rss()
    return steps.now().rss_bytes
end

function mem.watch(seconds)
    local form = "%5s %12s %12s %12s %12s %12s %12s\n"
    kit.write(form:format("s", "entries", "payload", "cache", "allocated", "resident", "rss"))
    for second = 1, seconds or 5 do
        kit.sleep(1)
        local now = steps.now()
        kit.write(form:format(second, steps.count(), kit.size(now.payload_bytes), kit.size(now.cache_bytes),
            kit.size(now.allocated_bytes), kit.size(now.resident_bytes), kit.size(now.rss_bytes)))
    end
end

kit.describe(mem.now, "mem.now(): what the records, the cache, the allocator and the kernel count, in bytes")
kit.describe(mem.rss, "mem.rss(): what the kernel counts, in bytes")
kit.describe(mem.watch, "mem.watch(5): a line a second, for five seconds; Ctrl-C stops it")
return kit.describe(mem, "mem: where the memory is, layer by layer")
