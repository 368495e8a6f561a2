/* The character of a light: how it flashes, in which colour, how often. */
#ifndef CHARACTER_H
#define CHARACTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Enough for Fl(9+9), the longest group that an eye can count. */
#define MAX_PHASES 40

/* A stretch of time in which the light is on or off. */
struct phase {
    uint16_t ms;
    bool lit;
};

struct character {
    char colour; /* 'W', 'R', 'G' or 'Y' */
    uint8_t count;
    struct phase phases[MAX_PHASES];
};

enum character_error {
    CHARACTER_OK = 0,
    CHARACTER_UNKNOWN_CLASS, /* neither F, Fl, LFl, Oc, Iso nor Q */
    CHARACTER_BAD_GROUP,     /* "(3" or "(0)" or "(10)" */
    CHARACTER_BAD_COLOUR,
    CHARACTER_BAD_PERIOD,    /* missing, zero, or longer than a minute */
    CHARACTER_TOO_SHORT      /* the flashes do not fit into the period */
};

/* Parses a character as it is printed in the List of Lights, for example
 * "Fl(3) W 15s", "LFl W 10s", "Fl(2+1) W 20s", "Iso R 4s", "Oc G 6s", "Q W"
 * or "F R". *out is only written if the result is CHARACTER_OK. */
enum character_error parse_character(const char *text, struct character *out);

/* Is the light lit at this time after the start of the cycle? */
bool character_lit(const struct character *c, uint32_t ms);

/* The length of the cycle in milliseconds; never zero. */
uint32_t character_period(const struct character *c);

/* What to tell the keeper. */
const char *character_message(enum character_error error);

#ifdef __cplusplus
}
#endif

#endif
