#include "character.h"

/* Durations in milliseconds, from IALA recommendation E-110 as far as the lamp
 * can follow: the filament needs 300 ms to glow. */
enum {
    FLASH = 500,
    LONG_FLASH = 2000,
    GAP = 1500,       /* between the flashes of a group */
    GROUP_GAP = 4000, /* between the parts of a composite group */
    QUICK = 500,      /* half a cycle of a quick light */
    MAX_PERIOD_S = 60
};

enum light_class { FIXED, FLASHING, LONG_FLASHING, OCCULTING, ISOPHASE, QUICK_LIGHT };

static const struct {
    const char *name;
    enum light_class value;
} classes[] = {
    /* Longer names first, or "F" would swallow "Fl". */
    {"LFl", LONG_FLASHING}, {"Iso", ISOPHASE}, {"Fl", FLASHING},
    {"Oc", OCCULTING},      {"Q", QUICK_LIGHT}, {"F", FIXED},
};

/* The cursor of the parser. Every take_... function moves it on success and
 * leaves it alone on failure. */
struct cursor {
    const char *at;
};

static bool take(struct cursor *c, const char *word)
{
    const char *at = c->at;
    while (*word != '\0') {
        if (*at++ != *word++) {
            return false;
        }
    }
    c->at = at;
    return true;
}

static void skip_blanks(struct cursor *c)
{
    while (*c->at == ' ' || *c->at == '\t') {
        c->at++;
    }
}

static bool take_number(struct cursor *c, uint32_t max, uint32_t *out)
{
    const char *at = c->at;
    uint32_t value = 0;
    if (*at < '0' || *at > '9') {
        return false;
    }
    while (*at >= '0' && *at <= '9') {
        value = value * 10 + (uint32_t)(*at++ - '0');
        if (value > max) {
            return false;
        }
    }
    *out = value;
    c->at = at;
    return true;
}

static bool take_class(struct cursor *c, enum light_class *out)
{
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        if (take(c, classes[i].name)) {
            *out = classes[i].value;
            return true;
        }
    }
    return false;
}

/* "(3)" is one group of three, "(2+1)" is two and then one. No parenthesis is
 * a group of one. */
static bool take_groups(struct cursor *c, uint32_t groups[2], size_t *count)
{
    groups[0] = 1;
    *count = 1;
    if (!take(c, "(")) {
        return true;
    }
    for (*count = 0; *count < 2;) {
        if (!take_number(c, 9, &groups[*count]) || groups[*count] == 0) {
            return false;
        }
        (*count)++;
        if (take(c, ")")) {
            return true;
        }
        if (!take(c, "+")) {
            return false;
        }
    }
    return false; /* three parts: nobody could count that from a boat */
}

static uint32_t append(struct character *c, uint32_t ms, bool lit)
{
    c->phases[c->count].ms = (uint16_t)ms;
    c->phases[c->count].lit = lit;
    c->count++;
    return ms;
}

/* Lays out flashes of the given colour of light (lit) on the opposite ground
 * (!lit), and fills the period up with ground. An occulting light is a
 * flashing light inside out. */
static bool lay_out(struct character *c, const uint32_t *groups, size_t count,
                    uint32_t flash, bool lit, uint32_t period)
{
    uint32_t used = 0;
    for (size_t g = 0; g < count; g++) {
        for (uint32_t i = 0; i < groups[g]; i++) {
            used += append(c, flash, lit);
            bool last = i + 1 == groups[g];
            if (!last) {
                used += append(c, GAP, !lit);
            } else if (g + 1 < count) {
                used += append(c, GROUP_GAP, !lit);
            }
        }
    }
    /* The ground after the group must be longer than any gap inside it, or
     * the end of a group could not be told from its middle. */
    uint32_t longest = count > 1 ? GROUP_GAP : groups[0] > 1 ? GAP : 0;
    if (used + longest >= period) {
        return false;
    }
    append(c, period - used, !lit);
    return true;
}

enum character_error parse_character(const char *text, struct character *out)
{
    struct cursor c = {text};
    struct character result = {.colour = 'W', .count = 0};
    enum light_class class;
    uint32_t groups[2];
    size_t group_count;
    uint32_t seconds = 0;

    skip_blanks(&c);
    if (!take_class(&c, &class)) {
        return CHARACTER_UNKNOWN_CLASS;
    }
    if (!take_groups(&c, groups, &group_count)) {
        return CHARACTER_BAD_GROUP;
    }
    skip_blanks(&c);
    if (*c.at != 'W' && *c.at != 'R' && *c.at != 'G' && *c.at != 'Y') {
        return CHARACTER_BAD_COLOUR;
    }
    result.colour = *c.at++;
    skip_blanks(&c);

    /* Fixed and quick lights have no period of their own. */
    bool periodic = class != FIXED && class != QUICK_LIGHT;
    if (periodic && (!take_number(&c, MAX_PERIOD_S, &seconds) || seconds == 0 || !take(&c, "s"))) {
        return CHARACTER_BAD_PERIOD;
    }
    skip_blanks(&c);
    if (*c.at != '\0') {
        return CHARACTER_BAD_PERIOD;
    }

    uint32_t period = seconds * 1000;
    bool fits = true;
    switch (class) {
    case FIXED:
        append(&result, 1000, true);
        break;
    case QUICK_LIGHT:
        append(&result, QUICK, true);
        append(&result, QUICK, false);
        break;
    case ISOPHASE:
        append(&result, period / 2, true);
        append(&result, period - period / 2, false);
        break;
    case FLASHING:
        fits = lay_out(&result, groups, group_count, FLASH, true, period);
        break;
    case LONG_FLASHING:
        fits = lay_out(&result, groups, group_count, LONG_FLASH, true, period);
        break;
    case OCCULTING:
        fits = lay_out(&result, groups, group_count, FLASH, false, period);
        break;
    }
    if (!fits) {
        return CHARACTER_TOO_SHORT;
    }
    *out = result;
    return CHARACTER_OK;
}

uint32_t character_period(const struct character *c)
{
    uint32_t period = 0;
    for (size_t i = 0; i < c->count; i++) {
        period += c->phases[i].ms;
    }
    return period;
}

bool character_lit(const struct character *c, uint32_t ms)
{
    ms %= character_period(c);
    for (size_t i = 0; i < c->count; i++) {
        if (ms < c->phases[i].ms) {
            return c->phases[i].lit;
        }
        ms -= c->phases[i].ms;
    }
    return true; /* cannot happen; if in doubt, show a light */
}

const char *character_message(enum character_error error)
{
    switch (error) {
    case CHARACTER_OK:
        return "ok";
    case CHARACTER_UNKNOWN_CLASS:
        return "unknown class of light";
    case CHARACTER_BAD_GROUP:
        return "bad group of flashes";
    case CHARACTER_BAD_COLOUR:
        return "colour must be W, R, G or Y";
    case CHARACTER_BAD_PERIOD:
        return "bad period";
    case CHARACTER_TOO_SHORT:
        return "period too short for the flashes";
    }
    return "unknown error";
}
