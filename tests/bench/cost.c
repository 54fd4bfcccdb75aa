/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   cost.c: runs a command and prints what it cost: microseconds of CPU time and the most memory that it
   held, in kB. A small program of its own, because a process begins with the memory of who started
   it in its record. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long long microseconds(struct timeval time)
{
    return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

int main(int count, char **words)
{
    struct rusage cost;
    int status = 0;
    const pid_t child = count > 1 ? fork() : -1;

    if (child == 0) {
        if (freopen("/dev/null", "w", stdout) != NULL && freopen("/dev/null", "w", stderr) != NULL)
            execvp(words[1], words + 1);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child || getrusage(RUSAGE_CHILDREN, &cost) != 0)
        return 1;
    printf("%lld %ld\n", microseconds(cost.ru_utime) + microseconds(cost.ru_stime), cost.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
