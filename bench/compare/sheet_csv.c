/* sheet_csv.c - a comparison as comma-separated values (RFC 4180), numbers in full. */
#include "sheet.h"

#include <string.h>

static void text_write(const char *text, FILE *out)
{
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void fields_write(const char *const *texts, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        text_write(texts[i], out);
        fputc(',', out);
    }
}

static void numbers_write(const struct comparison *comparison, FILE *out)
{
    if (comparison->method == METHOD_NONE)
        fprintf(out, "%zu,%zu,,,,,,,,", comparison->before_count, comparison->after_count);
    else
        fprintf(out, "%zu,%zu,%.9g,%.9g,%s,%.9g,%.9g,%.9g,%.9g,%.9g,", comparison->before_count,
                comparison->after_count, comparison->before.value, comparison->after.value,
                comparison->has_ratio ? "ratio" : "difference", comparison->change.value,
                comparison->change.low, comparison->change.high, comparison->p_together,
                comparison->floor);
}

static void row_write(const struct comparison *comparison, FILE *out)
{
    const char *const keys[] = {comparison->workload, comparison->variant,
                                sheet_figure_name(comparison),
                                compare_method_names[comparison->method]};
    fields_write(keys, sizeof keys / sizeof keys[0], out);
    if (comparison->figure != NULL)
        numbers_write(comparison, out);
    else
        fprintf(out, "%zu,%zu,%s,%s,class,,,,,,", comparison->before_count, comparison->after_count,
                verdict_class_name(comparison->before_class),
                verdict_class_name(comparison->after_class));
    text_write(compare_outcome_names[comparison->outcome], out);
    fputc(',', out);
    text_write(comparison->reason, out);
    fputs("\r\n", out);
}

void sheet_csv(const struct sheet *sheet, bool colours, FILE *out)
{
    (void)colours;
    fputs("workload,variant,figure,method,old_n,new_n,old,new,change_kind,change,change_low,"
          "change_high,p_together,floor,verdict,reason\r\n",
          out);
    for (size_t i = 0; i < sheet->comparison_count; i++)
        row_write(&sheet->comparisons[i], out);
}
