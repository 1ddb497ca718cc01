/* SPDX-License-Identifier: MIT */
/*
 * generated.c - many call sites, as a large program has, made by the preprocessor:
 * EACH(m) is m(000) m(001) ... m(499).
 */
#include "generated.h"

#define TEN(m, d) m(d##0) m(d##1) m(d##2) m(d##3) m(d##4) m(d##5) m(d##6) m(d##7) m(d##8) m(d##9)
#define HUNDRED(m, d) \
	TEN(m, d##0)  \
	TEN(m, d##1)  \
	TEN(m, d##2)  \
	TEN(m, d##3) TEN(m, d##4) TEN(m, d##5) TEN(m, d##6) TEN(m, d##7) TEN(m, d##8) TEN(m, d##9)
#define EACH(m) HUNDRED(m, 0) HUNDRED(m, 1) HUNDRED(m, 2) HUNDRED(m, 3) HUNDRED(m, 4)

#define DEFINE(n)                                                        \
	VSPAN_SPAN(gen, site_##n, VSPAN_LEVEL_INFO, (u32, number));      \
	static vspan_t begin_##n(struct counts *counts, uint32_t number) \
	{                                                                \
		return counted_begin(counts, gen, site_##n, number);     \
	}
EACH(DEFINE)

#define ENTRY(n) begin_##n,
static vspan_t (*const begins[])(struct counts *, uint32_t) = {EACH(ENTRY)};
VSPAN_ABI_ASSERT(sizeof(begins) / sizeof(begins[0]) == GENERATED_SITES, five_hundred);

vspan_t generated_begin(struct counts *counts, uint32_t index, uint32_t number)
{
	return begins[index](counts, number);
}
