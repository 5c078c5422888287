/* gbench.cpp - the C functions of gbench.h over google-benchmark's classes. */
#include "gbench.h"

#include <benchmark/benchmark.h>
#include <cstring>
#include <sstream>

namespace
{

benchmark::State *state_of(struct gbench *bench)
{
    return reinterpret_cast<benchmark::State *>(bench);
}

/* Calls the C function after each benchmark, and collects the JSON. */
class Reporter : public benchmark::BenchmarkReporter
{
  public:
    Reporter(gbench_report *report, void *context) : report_(report), context_(context)
    {
        json_.SetOutputStream(&text);
    }

    bool ReportContext(const Context &context) override
    {
        return json_.ReportContext(context);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs)
            if (run.run_type == Run::RT_Iteration)
                report_(context_, run.run_name.function_name.c_str(), run.GetAdjustedCPUTime(),
                        run.error_occurred ? run.error_message.c_str() : nullptr);
        json_.ReportRuns(runs);
    }

    void Finalize() override
    {
        json_.Finalize();
    }

    std::ostringstream text;

  private:
    gbench_report *report_;
    void *context_;
    benchmark::JSONReporter json_;
};

} // namespace

bool gbench_more(struct gbench *bench, uint64_t count)
{
    return state_of(bench)->KeepRunningBatch(static_cast<benchmark::IterationCount>(count));
}

void gbench_counter(struct gbench *bench, const char *name, double value)
{
    state_of(bench)->counters[name] = value;
}

void gbench_fail(struct gbench *bench, const char *reason)
{
    state_of(bench)->SkipWithError(reason);
}

void gbench_add(const char *name, bool once, gbench_function *run, void *context)
{
    auto *added = benchmark::RegisterBenchmark(name, [run, context](benchmark::State &state) {
        run(reinterpret_cast<struct gbench *>(&state), context);
    });
    if (once)
        added->Iterations(1);
}

void gbench_context(const char *key, const char *value)
{
    benchmark::AddCustomContext(key, value);
}

char *gbench_run(int argc, char **argv, gbench_report *report, void *context)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return nullptr;
    Reporter reporter(report, context);
    benchmark::RunSpecifiedBenchmarks(&reporter);
    return strdup(reporter.text.str().c_str());
}
