const minuteMs = 60_000;
/** Clocks are put by a day at most (Samoa, at the end of 2011), and only once in that time. */
const nearMs = 26 * 60 * minuteMs;

/** The clocks of a time zone. A wall time is what they show, as milliseconds since the epoch as if they were those of UTC. */
export type Zone = {
  /** What the clocks show at a moment. */
  wallAt(moment: number): number;
  /** The moment at which the clocks are put next, within a day and some hours after this one; null: they aren't. */
  putWithin(moment: number): number | null;
  /** The first moment at which they show this; null: they never do, since they are put over it. */
  firstAt(wall: number): number | null;
  /** Of a wall time that never is: the moment at which they are put over it. */
  afterGap(wall: number): number;
};

export function zoneOf(timezone: string): Zone {
  const names = new Intl.DateTimeFormat('en', { timeZone: timezone, timeZoneName: 'longOffset' });
  const offsetAt = (moment: number): number => offsetIn(names.format(moment));

  /** The first moment after `from`, up to `to`, at which `holds`, which then goes on to hold. */
  const firstThat = (from: number, to: number, holds: (moment: number) => boolean): number => {
    let [before, at] = [from, to];
    while (at - before > 1) {
      const middle = Math.floor((before + at) / 2);
      if (holds(middle)) at = middle;
      else before = middle;
    }
    return at;
  };
  const wallAt = (moment: number): number => moment + offsetAt(moment);
  return {
    wallAt,
    putWithin(moment) {
      const offset = offsetAt(moment);
      const end = moment + nearMs;
      return offsetAt(end) === offset ? null : firstThat(moment, end, (at) => offsetAt(at) !== offset);
    },
    firstAt(wall) {
      // Offsets from before and after whatever happens to the clocks around it; the larger is the earlier moment.
      const offsets = [offsetAt(wall - nearMs), offsetAt(wall + nearMs)].toSorted((a, b) => b - a);
      return offsets.map((offset) => wall - offset).find((moment) => wallAt(moment) === wall) ?? null;
    },
    afterGap: (wall) => firstThat(wall - nearMs, wall + nearMs, (moment) => wallAt(moment) >= wall),
  };
}

/** Of a text such as `1/31/2026, GMT+05:30`; without numbers behind GMT there is no offset. Old ones have seconds. */
function offsetIn(text: string): number {
  const found = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?/.exec(text);
  if (found === null) return 0;
  const [, sign, hours, minutes, seconds = '0'] = found;
  const size = (Number(hours) * 60 + Number(minutes)) * minuteMs + Number(seconds) * 1000;
  return sign === '-' ? -size : size;
}
