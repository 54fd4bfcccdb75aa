# SPDX-FileCopyrightText: 2026 libkamupin developers
# SPDX-License-Identifier: Apache-2.0
#
# Completion of kamupin for fish: installed into vendor_completions.d. What may follow is known to the command itself
# (kamupin __complete).

function __kamupin_complete
    set -l words (commandline -opc)
    set -l typed (string replace -a '\\' '' -- (commandline -ct))
    set -l before (string match -r '^--[^=]*=' -- "$typed") # of --option=value
    set -l value (string replace -r '^--[^=]*=' '' -- "$typed")
    for line in ($words[1] __complete $words[2..-1] "$typed" 2> /dev/null)
        switch $line
            case :file
                printf "$before%s\n" (__fish_complete_path "$value")
            case :folder
                printf "$before%s\n" (__fish_complete_directories "$value")
            case '*'
                echo $line
        end
    end
end
complete -c kamupin -f -k -a '(__kamupin_complete)'
