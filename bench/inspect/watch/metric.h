/* metric.h - reads Prometheus' text format: samples, their labels and values. */
#pragma once

#include "span.h"

/* Adds up the samples of a metric: "http_requests_total", or with labels that they must have,
 * "http_requests_total{code=\"200\"}". Values of labels may hold any character, escaped as in the
 * format; exemplars and times after a value are ignored, and so is a sample whose value is NaN or
 * infinite. Of a histogram's buckets only that of all counts (le="+Inf"), unless `le` is asked for.
 * Returns how many samples were added; 0 also if the name is damaged. */
size_t metric_sum(struct span text, const char *name, double *sum);
