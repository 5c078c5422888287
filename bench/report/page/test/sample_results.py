"""sample_results.py - results for the tests of the report: valid, with known values."""
import json
import math
import os
import re

HOSTILE = "</script><script>alert(1)</script>\"'&\u2028<img src=x onerror=alert(2)>" + "é漢" * 40
CLASSES = ("bounded", "warming", "leak: container", "leak: unreachable", "leak: expired",
           "leak: grows", "fragmentation", "not returned", "undecided", "no activity")
FIGURES = {
    "requests_per_second": 90000, "cpu_us_per_request": 10.5, "p50_ns": 800000, "p90_ns": 900000,
    "p99_ns": 1500000, "p999_ns": 3000000, "max_ns": 5000000, "hit_ratio": 0.55, "entries": 2000,
    "bytes_per_request": 0.25, "overhead_bytes_per_entry": 32.5, "sampling_cpu_share": 0.003,
    "payload_start_bytes": 0, "payload_end_bytes": 700000, "cache_start_bytes": 1168,
    "cache_end_bytes": 800000, "allocated_start_bytes": 439000, "allocated_end_bytes": 1200000,
    "resident_start_bytes": 3300000, "resident_end_bytes": 4400000, "rss_start_bytes": 7400000,
    "rss_end_bytes": 8500000, "rss_peak_bytes": 8600000,
}
NOISES = ("requests_per_second", "cpu_us_per_request", "p50_ns", "p90_ns", "p99_ns", "p999_ns")
ERRORS = ("refused", "reset", "timeout", "status", "truncated", "garbage", "length", "wrong")
LAYERS = ("entries", "payload_bytes", "cache_bytes", "zone_allocated_bytes", "allocated_bytes",
          "active_bytes", "resident_bytes", "rss_bytes", "vsz_bytes", "live_records",
          "held_records")
SAMPLE_KEYS = (
    "time_ns requests hits misses evictions expirations entries payload_bytes cache_bytes "
    "live_records live_record_bytes held_records zone_allocated_bytes zone_active_bytes "
    "zone_resident_bytes zone_metadata_bytes zone_retained_bytes allocated_bytes active_bytes "
    "metadata_bytes resident_bytes mapped_bytes retained_bytes rss_bytes vsz_bytes pss_bytes "
    "anonymous_bytes page_table_bytes descriptors threads lazy_free_bytes cpu_ns minor_faults "
    "major_faults").split()


def sample(at, leaks):
    row = dict.fromkeys(SAMPLE_KEYS, 0)
    requests = 100 * at
    held = 450 * requests if leaks else min(450 * requests, 900000) + at % 7
    row.update(time_ns=33000000 * at, requests=requests, misses=requests, entries=held // 450,
               cpu_ns=9000 * requests, minor_faults=at)
    for i, key in enumerate(("payload_bytes", "cache_bytes", "zone_allocated_bytes",
                             "allocated_bytes", "active_bytes", "resident_bytes", "rss_bytes",
                             "vsz_bytes")):
        row[key] = held + 4096 * i
    return row


def verdict(leaks):
    slope = {"per_request": 450.5 if leaks else 0.1, "low": 440.25 if leaks else -0.2,
             "high": 460.75 if leaks else 0.3}
    counts = dict.fromkeys(("entries", "live_records", "held_records", "unreachable_records",
                            "evictions", "expirations", "payload_bytes", "cache_bytes",
                            "allocated_bytes", "active_bytes", "resident_bytes"), 12345)
    made = {"class": "leak: container" if leaks else "bounded", "layer": "allocated_bytes",
            "figure": "allocated_bytes",
            "bytes_per_request": slope["per_request"], "low": slope["low"], "high": slope["high"],
            "grows": "entries" if leaks else "", "limit_bytes": 536870912 if leaks else 0,
            "limit_rate_rps": 1000.0 if leaks else 0.0,
            "time_to_limit_ns": 1191720000000 if leaks else 0, "requests_until_full": 0,
            "requests_needed": 0,
            "words": words(leaks), "judged_samples": 17, "judged_requests": 1717,
            "first_bytes": 1000000, "last_bytes": 1900000, "peak_bytes": 1900001,
            "steady": leaks, "limits_kept": True, "dead_entries": 0, "first": counts,
            "last": counts, "layers": {layer: slope for layer in LAYERS}}
    for gap in ("unaccounted", "bookkeeping", "unreachable_records", "fragmentation"):
        made[gap] = slope
    return made


def words(leaks):
    return ("leaks 450 B/request: 512 MiB in 19.9 min at 1,000 req/s (entries)" if leaks
            else "bounded at 1.1 MiB: grows by at most 0.3 B/request")


def run(workload, repetition, leaks, samples, series):
    latency = {"count": 2000, "mean_ns": 850000.5, "p50_ns": 800000, "p90_ns": 900000,
               "p99_ns": 1500000, "p999_ns": 3000000, "p9999_ns": 4000000,
               "max_ns": 5000000}
    made = {"workload": workload, "ids": "", "repetition": repetition, "seed": repetition,
            "reason": "", "capped_ns": 0, "status": "ok",
            "load": {"requests": 2000, "hits": 0, "misses": 2000, "errors": 0,
                     "wall_ns": 1000000000, "generator_cpu_ns": 5, "generator_busy": 0.5,
                     "bottleneck": False, "bottleneck_reason": "", "unsent": 0, "late_ns": 0,
                     "requests_per_second": 90000.5, "hit_ratio": 0.0,
                     "errors_by_kind": dict.fromkeys(ERRORS, 0),
                     "statuses": {"2xx": 2000, "3xx": 0, "4xx": 0, "5xx": 0, "other": 0},
                     "latency": dict.fromkeys(("all", "hits", "misses", "as_sent"), latency)},
            "server": {"cpu_ns": 1, "cpu_us_per_request": 10.5, "overhead_bytes_per_entry": 32.5},
            "sampling": {"interval_ns": 33000000, "samples": samples, "cpu_us_per_sample": 80.5,
                         "cpu_share": 0.003},
            "verdict": verdict(leaks),
            "counts": {"hits": 0, "misses": 2000, "evictions": 7,
                       "instructions_per_request": 12345.5, "allocations_per_request": None,
                       "replayed_requests": 2000, "replayed_hits": 0},
            "series": [{"start_ns": 100000000 * at, "span_ns": 100000000,
                        "requests": 9000 + at, "hits": 0, "misses": 9000 + at, "errors": 0,
                        "p50_ns": 800000, "p99_ns": 1500000 + at, "max_ns": 5000000}
                       for at in range(10 if series else 0)],
            "samples": [sample(at, leaks) for at in range(samples)]}
    return made


def summary(workload, runs, leaks, factor):
    figures = {name: {"median": value * factor, "low": value * factor * 0.99,
                      "high": value * factor * 1.01, "n": runs}
               for name, value in FIGURES.items()}
    name = "leak: container" if leaks else "bounded"
    return {"workload": workload, "runs": runs, "failed": 0, "capped": 0, "bottlenecked": 0,
            "words": words(leaks), "class": name,
            "verdicts": {each: runs if each == name else 0 for each in CLASSES},
            "figures": figures}


REPETITIONS = 5
SPEED_KEYS = ("requests_per_second", "p50_ns", "p90_ns", "p99_ns", "p999_ns", "max_ns")


def speed(workload, repetition, cpu):
    """A repetition: the machine drifts, but all variants drift together."""
    drift = 1 + 0.1 * repetition
    return {"workload": workload, "repetition": repetition, "seed": repetition, "rounds": 40,
            "requests": 40000, "cpu_us_per_request": cpu * drift, "bottleneck": False,
            **{key: FIGURES[key] for key in SPEED_KEYS}}


def speeds(workloads, cpu):
    """Each repetition differs by up to 0.2 % from what the drift alone gives."""
    return [speed(workload, at + 1, cpu * (1 + 0.002 * math.sin(7 * cpu * (at + 1))))
            for workload in workloads for at in range(REPETITIONS)]


def exact_hits(workload, steady):
    return {"workload": workload, "ids": f"{workload} ids", "requests": 20000, "hits": 2 * steady,
            "compulsory_misses": 1000, "steady_requests": 10000, "steady_hits": steady,
            "entries": 2000, "cache_bytes": 800000}


def limits(variant):
    return {"capacity_entries": 0 if variant == "unbounded" else 2000, "capacity_bytes": 0,
            "ttl_ns": 0}


def result(variant, leaks=False, factor=1.0, workloads=("random", "zipf"), samples=40, runs=3,
           series=True, cpu=10.0, hits=5000):
    return {"schema": "tidemark/result/3", "variant": variant, "policy": variant,
            "complete": True,
            "limits": limits(variant),
            "made_by": {"machine": "vm", "cpu_model": "A processor", "kernel": "Linux", "cores": 2,
                        "server_cpu": 0, "generator_cpu": 1, "compiler": "GNU", "flags": "-O2",
                        "commit": "abc", "commit_dirty": False, "version": "0.1.0",
                        "h2o_version": "2.2.5", "allocator": "jemalloc", "allocator_options": "",
                        "seed": 1, "connections": 100, "requests": 0, "duration_ns": 1000000000,
                        "protocol": "http/1.1", "streams": 1, "rate_rps": 0.0, "command": "",
                        "url": "", "command_line": "tidemark bench", "time": "2026-01-02T03:04:05Z"},
            "noise": {"known": False, "pairs": 0, **dict.fromkeys(NOISES)},
            "summary": [summary(each, runs, leaks, factor) for each in workloads],
            "speeds": speeds(workloads, cpu),
            "hits": [exact_hits(each, hits) for each in workloads if each != "random"],
            "runs": [run(each, repetition, leaks, samples, series)
                     for each in workloads for repetition in range(1, runs + 1)]}


def replay_rows(trace="zipf:1.0", more=()):
    return [{"trace": trace, "policy": policy, "capacity_entries": size, "capacity_bytes": None,
             "payload": False, "sample": 1.0, "distinct_ids": 1000, "requests": 10000,
             "hits": 1234, "misses": 8766, "hit_ratio": 0.1 + at / 10 + better,
             "hit_ratio_error": 0.0, "byte_hit_ratio": None, "regret_points": 1.5,
             "evictions": 1, "expirations": 0, "entries": size, "peak_bytes": size * 30 + 1000,
             "end_bytes": size * 30, "end_allocated_bytes": size * 30,
             "requests_per_second": 1000000.5}
            for policy, better in (("lru", 0.0), ("sieve", 0.05), ("belady", 0.1),
                                   *((each, 0.02) for each in more))
            for at, size in enumerate((10, 100, 1000))]


def choice(more=()):
    outlook = {"hit_ratio": 0.625, "mean_ns": 900000.0, "p50_ns": 800000.0, "p99_ns": 1600000.0,
               "slo_ns": None, "cpu_us_per_request": 9.5, "bytes": 4000000}
    sieve = {"policy": "sieve", "ruled_out": None, "words": "the best", "predicted": outlook,
             "hits": 625, "entries": 50, "regret_points": 2.5, "at_half": {"hit_ratio": 0.5},
             "worst_window": {"hit_ratio": 0.5, "first_request": 1, "requests": 50},
             "at_double": {"hit_ratio": 0.7}, "windows": [0.5, 0.75] * 10,
             "costs": {"hit_ns": 30.0, "miss_ns": 10.0, "put_ns": 90.0},
             "bytes_for_target": 3000000, "predicted_as_served": outlook,
             "measured": dict(outlook, hit_ratio=0.6125), "disturbed": True}
    out = dict.fromkeys(sieve, None) | {"policy": "unbounded", "ruled_out": "it leaks",
                                        "words": "", "disturbed": False}
    cost = {"cpu_us_per_request": 9.0, "mean_ns": 5.0, "p50_ns": 5, "p99_ns": 9,
            "disturbed": False}
    return {"schema": "tidemark/choose/1", "trace": "trace.txt", "requests": 1000,
            "distinct_ids": 100, "sizes_from": "trace", "memory_bytes": 4194304,
            "miss_cost_ns": 5000000, "rate_rps": 5000.0, "max_age_ns": None, "slo": None,
            "target_hit_ratio": 0.6,
            "answer": {"policy": "sieve", "is_worth": True,
                       "words": "Run sieve: it has the most hits.",
                       "reasons": ["It has 62.5 % of hits.", "It is simple."]},
            "everything": {"hit_ratio": 0.9, "bytes": 9000000},
            "optimum": {"hit_ratio": 0.65, "entries": 50, "windows": [0.6, 0.7] * 10},
            "service": {"hit": cost, "miss": cost},
            "ranking": ["sieve", *more],
            "policies": [out, *(dict(sieve, policy=name, predicted=dict(outlook, hit_ratio=0.6))
                                for name in more), sieve],
            "made_by": result("x")["made_by"]}


def bench(workloads=("zipf",), others=(("arc", 6400), ("lfu", 3000)),
          variants=("unbounded", "lru", "sieve")):
    """What belongs to the whole bench: hits of policies that were not served, and the control."""
    return {"schema": "tidemark/bench/1", "complete": True, "made_by": result("x")["made_by"],
            "reference": "lru", "variants": variants,
            "hits": [{"policy": policy, "limits": limits(policy), **exact_hits(workload, hits)}
                     for workload in workloads for policy, hits in others],
            "control": {"variant": "lru", "speeds": speeds(("random", "zipf"), 10.0)}}


def micro(policies=("null", "lru")):
    operations = [
        {"operation": operation, "entries": entries,
         "cpu_ns": {"median": 30.25, "low": 29.5, "high": 31.0},
         **({"instructions": {"median": 250.0, "low": 249.0, "high": 251.0}}
            if entries == 1000 else {})}
        for operation in ("get-hit", "put-evict") for entries in (1000, 100000)]
    footprint = {"entries": 10000, "entries_kept": 10000, "key_bytes": 10, "body_bytes": 200,
                 "rounding_bytes": 12.5, "overhead_bytes": 40.5, "put_max_ns": 90000,
                 "interrupted": 0}
    return {"context": {}, "benchmarks": [
        {"name": f"get-hit/{policy}/1000", "run_name": f"get-hit/{policy}/1000",
         "run_type": "iteration", "iterations": 1000, "real_time": 31.5, "cpu_time": 30.25,
         "time_unit": "ns"} for policy in policies for _ in range(6)],
        "instructions_source": "counter",
        "policies": [{"policy": policy, "operations": operations, "footprint": footprint}
                     for policy in policies]}


STARTUP = {"results": [{"command": "lru", "mean": 0.0205, "stddev": 0.001, "median": 0.02,
                        "min": 0.019, "max": 0.022, "times": [0.02]}]}
VERDICTS = {"schema": "tidemark/verdicts/1", "seconds": 4.0, "wrong": 0, "undecided": 1,
            "failed": 0,
            "matrix": {"bounded": {"bounded": 7, "undecided": 1}, "warming": {"bounded": 0}},
            "runs": [{"variant": "lru"}] * 8}


def write(folder, name, value):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        if isinstance(value, str):
            file.write(value)
        else:
            json.dump(value, file)
    return path


def others_write(folder, policies=("null", "lru")):
    """All else that a report knows."""
    more = [each for each in policies if each not in ("null", "lru", "sieve", "belady")]
    write(folder, "hits.jsonl", "".join(json.dumps(row) + "\n" for row in replay_rows(more=more)))
    write(folder, "choose.json", choice(more))
    write(folder, "micro.json", micro(policies))
    write(folder, "startup.json", STARTUP)
    write(folder, "verdicts.json", VERDICTS)
    write(folder, "lru.jemalloc.json", {"jemalloc": {"a": 1}})
    write(folder, "schema.json", {"$schema": "x"})


def folder_make(folder, factor=1.0, leaks=True):
    """A small bench, and all else that a report knows."""
    write(folder, "unbounded.json",
          result("unbounded", leaks=leaks, factor=factor, cpu=12 * factor, hits=9000))
    write(folder, "lru.json", result("lru", factor=factor * 1.001, cpu=10 * factor, hits=5000))
    write(folder, "sieve.json", result("sieve", factor=factor * 1.25, cpu=10.01 * factor, hits=6000))
    write(folder, "bench.json", bench())
    others_write(folder)


SERVED = ("unbounded", "null", "lru", "sieve", "s3fifo", "ttl", "weak", "lru-leaky")
POLICIES = ("null", "lru", "sieve", "s3fifo", "arc", "fifo", "clock", "lfu", "lirs", "2q", "slru",
            "random", "car", "cacheus", "lecar", "tinylfu", "wtinylfu", "mq", "qdlp", "gdsf")


def default_bench_make(folder):
    """As large as what `make bench` writes: 8 variants under 3 workloads."""
    workloads = ("random", "zipf", "scan")
    for at, name in enumerate(SERVED):
        write(folder, f"{name}.json", result(name, leaks=name in ("unbounded", "lru-leaky"),
                                             workloads=workloads, runs=3, hits=4000 + 100 * at))
    write(folder, "bench.json", bench(
        ("zipf", "scan"), [(name, 3000 + 50 * at) for at, name in enumerate(POLICIES)],
        SERVED))
    others_write(folder, POLICIES)


def million(path, runs=20, samples=50000):
    """A result with a million samples of seven keys each; json.dump would be too slow for it."""
    made = result("unbounded", leaks=True, workloads=("random",), samples=1, runs=runs)
    row = ('{"time_ns":%d,"requests":%d,"hits":0,"entries":%d,"cache_bytes":%d,'
           '"allocated_bytes":%d,"rss_bytes":%d}')
    keys = re.findall(r'"(\w+)":%d', row)
    rows = (sample(at, True) for at in range(samples))
    text = "[" + ",".join(row % tuple(each[key] for key in keys) for each in rows) + "]"
    for each in made["runs"]:
        each["samples"] = "SAMPLES"
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(made).replace('"SAMPLES"', text))
    return runs * samples
