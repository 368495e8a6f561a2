// Shows the character of a light in a terminal, in real time or all at once.
//
//   flashsim 'Fl(3) W 15s'          until ^C
//   flashsim --once 'Fl(3) W 15s'   one cycle, as a strip of ten signs a second

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "character.h"

namespace {

constexpr int kStepMs = 100;

// ANSI colours; a white light is bright white.
std::string_view colour_code(char colour) {
    switch (colour) {
        case 'R': return "\x1b[91m";
        case 'G': return "\x1b[92m";
        case 'Y': return "\x1b[93m";
        default: return "\x1b[97m";
    }
}

std::string strip(const character& light) {
    std::string signs;
    for (std::uint32_t ms = 0; ms < character_period(&light); ms += kStepMs) {
        signs += character_lit(&light, ms) ? "█" : "·";
    }
    return signs;
}

[[noreturn]] void play(const character& light) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    for (;;) {
        const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
        const bool lit = character_lit(&light, static_cast<std::uint32_t>(elapsed.count()));
        std::cout << '\r' << colour_code(light.colour) << (lit ? "(*)" : "   ") << "\x1b[0m" << std::flush;
        std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs / 5));
    }
}

std::optional<character> parse(const std::string& text) {
    character light{};
    if (const auto error = parse_character(text.c_str(), &light); error != CHARACTER_OK) {
        std::cerr << "flashsim: " << text << ": " << character_message(error) << '\n';
        return std::nullopt;
    }
    return light;
}

}  // namespace

int main(int argc, char** argv) {
    bool once = false;
    std::string text = "Fl(3) W 15s";
    for (int i = 1; i < argc; ++i) {
        if (std::string_view(argv[i]) == "--once") {
            once = true;
        } else {
            text = argv[i];
        }
    }
    const auto light = parse(text);
    if (!light) return EXIT_FAILURE;
    if (!once) play(*light);
    std::cout << text << "  " << strip(*light) << '\n';
    return EXIT_SUCCESS;
}
