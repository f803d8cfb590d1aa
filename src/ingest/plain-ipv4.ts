/** Four decimal bytes without leading zeros: its own canonical text. */
export function isPlainIpv4(data: Buffer, start: number, end: number): boolean {
  if (end - start > 15) return false;
  let dots = 0;
  let part = -1;
  for (let at = start; at < end; at++) {
    const digit = (data[at] as number) - 48;
    if (digit >= 0 && digit <= 9) {
      if (part === 0) return false;
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return false;
    } else if (digit === -2 && part >= 0) {
      dots += 1;
      part = -1;
    } else return false;
  }
  return dots === 3 && part >= 0;
}
