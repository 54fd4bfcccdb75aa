# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Warnings are errors, under gcc and clang alike. kamupin_strict(target) applies them.
set(KAMUPIN_WARNINGS
    -Wall -Wextra -Werror -Wconversion -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes
    -Wpointer-arith -Wcast-qual -Wformat=2 -Wundef -Wwrite-strings -Wswitch-enum -Wnull-dereference)
function(kamupin_strict target)
    target_compile_options(${target} PRIVATE ${KAMUPIN_WARNINGS} -fstack-protector-strong)
    target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L)
    target_link_options(${target} PRIVATE -Wl,-z,relro,-z,now)
endfunction()
