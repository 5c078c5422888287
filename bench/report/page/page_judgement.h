/* page_judgement.h - what the page says of the benches it was given: all judgements and words. */
#pragma once

#include "judgement.h"
#include "sources.h"

/* The results of each folder judged together, with the hits and the control of its bench.json if
 * there is one; results that cannot be read are named on stderr and left out. results/README.md
 * does not describe the JSON, which only the page's scripts read:
 *   {"title":..., "lead":..., "benches":[{"file":..., "judgement":..., "curves":[...]}],
 *    "choices":[{"file":..., "question":..., "order":[...]}]}
 * The lead is of the last folder; files count from 0, a bench has the first one of its folder. The
 * caller releases it. */
json_t *page_judgement(const struct sources *sources);

/* The names of the variants whose curves are shown at first: the first that leaks, the reference,
 * and the first that was served by the order of
 * hits; if these are fewer than two, with the first of the others. */
json_t *page_curves(const struct judgement *judgement);
