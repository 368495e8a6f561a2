#!/usr/bin/env -S awk -f
# set-version.awk FILE SECTION VERSION REVISION: rewrites one section of
# hosts.toml in place and leaves every other line, comments too, as it was.

BEGIN {
    if (ARGC != 5) {
        print "usage: set-version.awk FILE SECTION VERSION REVISION" > "/dev/stderr"
        failed = 64
        exit
    }
    file = ARGV[1]
    section = "[" ARGV[2] "]"
    value["version"] = "\"" ARGV[3] "\""
    value["revision"] = "\"" ARGV[4] "\""
    "date -u +%Y-%m-%dT%H:%M:%SZ" | getline value["deployed"]
    ARGC = 2 # the rest are not files
}

/^\[/ { inside = ($0 == section) }

inside && ($1 in value) && $2 == "=" {
    $0 = $1 " = " value[$1]
    changed++
}

{ lines[++count] = $0 }

END {
    if (failed) exit failed
    if (changed != 3) {
        print file ": " section ": changed " changed + 0 " lines, wanted 3" > "/dev/stderr"
        exit 65
    }
    for (i = 1; i <= count; i++) print lines[i] > file
}
