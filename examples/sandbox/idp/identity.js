// SPDX-FileCopyrightText: 2026 libkamupin developers
// SPDX-License-Identifier: Apache-2.0
//
// The form of a T.C. identity number: eleven digits, the last two of which check the others.

/** Whether TEXT is a number that can exist. */
export function wellFormed(text) {
  if (!/^[1-9][0-9]{10}$/.test(text)) return false;
  const digits = [...text].map(Number);
  const sum = (from, to, step) => digits.slice(from, to).reduce((all, digit, n) => all + (n % step === 0 ? digit : 0), 0);
  const tenth = (((sum(0, 9, 2) * 7 - sum(1, 8, 2)) % 10) + 10) % 10;
  return digits[9] === tenth && digits[10] === sum(0, 10, 1) % 10;
}
