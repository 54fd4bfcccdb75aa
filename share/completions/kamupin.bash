# shellcheck shell=bash
# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Completion of kamupin for bash, with bash-completion or without: installed as bash-completion/completions/kamupin,
# or sourced. What may follow is known to the command itself (kamupin __complete).

_kamupin() {
    local rest=${COMP_LINE:0:COMP_POINT} piece i typed value strip="" candidate path=no
    local -a words=()
    # The words as the shell would have them: bash tears them apart at = and : as well.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        if [[ $rest == [[:blank:]]* || $i == 0 ]]; then
            rest=${rest#"${rest%%[![:blank:]]*}"}
            words+=("")
        fi
        piece=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && piece=$rest # as far as the cursor
        words[-1]+=$piece
        rest=${rest#"$piece"}
    done
    words=("${words[@]//[\\\"\']/}")
    typed=${words[-1]}
    value=$typed
    [[ $typed == --*=* ]] && value=${typed#*=}
    # What stands before the last of those characters is not replaced.
    for piece in = :; do
        [[ $COMP_WORDBREAKS == *"$piece"* && $typed == *"$piece"* ]] || continue
        candidate=${typed%"${typed##*"$piece"}"}
        ((${#candidate} > ${#strip})) && strip=$candidate
    done
    COMPREPLY=()
    while IFS=$'\t' read -r candidate _; do
        case $candidate in
        :file) path=yes && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$value") ;;
        :folder) path=yes && mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$value") ;;
        *)
            [[ $candidate == *[!A-Za-z0-9_.,:=/+-]* ]] && path=yes
            COMPREPLY+=("${candidate#"$strip"}")
            ;;
        esac
    done < <("${1/#\~/$HOME}" __complete "${words[@]:1}" 2> /dev/null)
    [[ $path == yes ]] && compopt -o filenames 2> /dev/null # quotes what the shell would read: blanks and others in readers' names
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2> /dev/null
    return 0
}
complete -F _kamupin kamupin
