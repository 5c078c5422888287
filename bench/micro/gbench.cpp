/* gbench.cpp - the C functions of gbench.h over google-benchmark's classes. */
#include "gbench.h"

#include <benchmark/benchmark.h>
#include <cstring>
#include <sstream>

struct gbench_session {
    explicit gbench_session(gbench_report *reported) : report(reported)
    {
        json.SetOutputStream(&text);
    }

    std::ostringstream text;
    benchmark::JSONReporter json;
    gbench_report *report;
    bool began = false;
};

namespace
{

benchmark::State *state_of(struct gbench *bench)
{
    return reinterpret_cast<benchmark::State *>(bench);
}

/* Reports a round in order, and adds its runs to the JSON of the session. */
class RoundReporter : public benchmark::BenchmarkReporter
{
  public:
    RoundReporter(gbench_session &session, const struct gbench_benchmark *const *benchmarks,
                  int64_t repetition, int64_t repetitions)
        : session_(session), benchmarks_(benchmarks), repetition_(repetition),
          repetitions_(repetitions)
    {
    }

    bool ReportContext(const Context &context) override
    {
        bool first = !session_.began;
        session_.began = true;
        return !first || session_.json.ReportContext(context);
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            const struct gbench_benchmark *benchmark = benchmarks_[next_++];
            session_.report(benchmark->context, run.GetAdjustedCPUTime(),
                            run.error_occurred ? run.error_message.c_str() : nullptr);
            if (repetition_ >= 0)
                write(run);
        }
    }

    void Finalize() override
    {
    }

  private:
    void write(Run run)
    {
        run.repetition_index = repetition_;
        run.repetitions = repetitions_;
        run.run_name.iterations.clear(); /* not part of the name: they differ from run to run */
        session_.json.ReportRuns({run});
    }

    gbench_session &session_;
    const struct gbench_benchmark *const *benchmarks_;
    int64_t repetition_, repetitions_;
    size_t next_ = 0;
};

void benchmark_register(const struct gbench_benchmark &each)
{
    auto *added = benchmark::RegisterBenchmark(each.name, [&each](benchmark::State &state) {
        each.run(reinterpret_cast<struct gbench *>(&state), each.context);
    });
    if (each.operations > 0)
        added->Iterations(static_cast<benchmark::IterationCount>(each.operations));
}

} // namespace

bool gbench_more(struct gbench *bench, uint64_t count)
{
    return state_of(bench)->KeepRunningBatch(static_cast<benchmark::IterationCount>(count));
}

void gbench_fail(struct gbench *bench, const char *reason)
{
    state_of(bench)->SkipWithError(reason);
}

struct gbench_session *gbench_begin(double least_s, const char *allocator, gbench_report *report)
{
    static char program[] = "micro"; /* google-benchmark keeps the pointer */
    std::string least = "--benchmark_min_time=" + std::to_string(least_s);
    char *arguments[] = {program, &least[0], nullptr};
    int count = 2;
    benchmark::Initialize(&count, arguments);
    benchmark::AddCustomContext("allocator", allocator);
    return new gbench_session(report);
}

void gbench_round(struct gbench_session *session, const struct gbench_benchmark *const *benchmarks,
                  size_t count, int64_t repetition, int64_t repetitions)
{
    benchmark::ClearRegisteredBenchmarks();
    for (size_t i = 0; i < count; i++)
        benchmark_register(*benchmarks[i]);
    RoundReporter reporter(*session, benchmarks, repetition, repetitions);
    benchmark::RunSpecifiedBenchmarks(&reporter);
}

char *gbench_end(struct gbench_session *session)
{
    session->json.Finalize();
    char *json = strdup(session->text.str().c_str());
    delete session;
    return json;
}
