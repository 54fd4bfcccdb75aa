/* SPDX-FileCopyrightText: 2026 libkamupin developers
   SPDX-License-Identifier: Apache-2.0

   moment.c: times of the profile (RFC 3339), with any offset, as seconds since 1970. */
#include <service/client.h>

#include <string.h>

#define MOMENT_MAX   33 /* bytes of the longest, with the NUL */
#define FRACTION_MAX 6
#define DATE_LENGTH  19 /* "2026-01-26T14:16:21" */

static bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

/* `count` digits as a number; -1 when they are not all digits. */
static int number(const char *text, size_t count)
{
    int value = 0;

    for (size_t i = 0; i < count; i++) {
        if (!is_digit(text[i]))
            return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_of(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return days[month - 1] + (month == 2 && is_leap(year) ? 1 : 0);
}

/* Days from 1970-01-01 to that day of the Gregorian calendar. */
static int64_t day_number(int year, int month, int day)
{
    const int64_t before = year - 1;
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;

    for (int past = 1; past < month; past++)
        days += days_of(year, past);
    return days + day - 1;
}

/* Behind the seconds: a fraction, which is left out, and the offset from UTC in seconds. */
static bool read_offset(const char *text, int *offset)
{
    *offset = 0;
    if (text[0] == '.') {
        const size_t digits = strspn(text + 1, "0123456789");
        if (digits == 0 || digits > FRACTION_MAX)
            return false;
        text += 1 + digits;
    }
    if (strcmp(text, "Z") == 0)
        return true;
    if ((text[0] != '+' && text[0] != '-') || strlen(text) != 6 || text[3] != ':')
        return false;
    const int hours = number(text + 1, 2), minutes = number(text + 4, 2);
    *offset = (hours * 60 + minutes) * 60 * (text[0] == '-' ? -1 : 1);
    return hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59;
}

static bool read_moment(const char *text, int64_t *seconds)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    int offset = 0;

    if (strlen(text) <= DATE_LENGTH)
        return false;
    for (size_t i = 0; i < DATE_LENGTH; i++)
        if (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i])
            return false;
    const int year = number(text, 4), month = number(text + 5, 2), day = number(text + 8, 2);
    const int hour = number(text + 11, 2), minute = number(text + 14, 2);
    const int second = number(text + 17, 2); /* 60 in a leap second */
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_of(year, month) || hour > 23 ||
        minute > 59 || second > 60 || !read_offset(text + DATE_LENGTH, &offset))
        return false;
    *seconds = day_number(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    return true;
}

int64_t kp_call_moment(kp_fields fields, const char *name)
{
    char text[MOMENT_MAX];
    int64_t seconds = 0;

    kp_json_text(fields, name, text, sizeof text);
    if (!read_moment(text, &seconds)) {
        kp_json_refuse(fields, name);
        return 0;
    }
    return seconds;
}

int64_t kp_call_moment_or_none(kp_fields fields, const char *name)
{
    return kp_json_has(fields, name) ? kp_call_moment(fields, name) : 0;
}
