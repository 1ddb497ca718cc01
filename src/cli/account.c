/* SPDX-License-Identifier: MIT */
/* account.c - see account.h. */
#include "account.h"

#include "ledger-print.h"

struct json_object *served_json(const struct served *served)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "name", json_object_new_string(served->name));
	json_object_object_add(object, "path", json_object_new_string(served->path));
	json_add_count(object, "vm", served->vm);
	return object;
}

void account_begin(struct account *account, FILE *to, bool json)
{
	account->to = to;
	account->regions = json ? json_object_new_array() : NULL;
}

void account_add(
	struct account *account, const struct served *served, const struct vspan_ledger *ledger)
{
	struct json_object *object;

	if (account->regions == NULL) {
		fprintf(account->to, "vm:         %s (%u), %s\n", served->name, served->vm,
			served->path);
		ledger_print(account->to, ledger);
		return;
	}
	object = served_json(served);
	json_object_object_add(object, "ledger", ledger_json(ledger));
	json_object_array_add(account->regions, object);
}

void account_end(struct account *account, const struct vspan_ledger *sum)
{
	struct json_object *object;

	if (account->regions != NULL) {
		object = json_object_new_object();
		json_object_object_add(object, "regions", account->regions);
		json_object_object_add(object, "totals", ledger_json(sum));
		fprintf(account->to, "%s\n",
			json_object_to_json_string_ext(
				object, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(object);
	}
	fflush(account->to);
}
