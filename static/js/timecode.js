// Timecode as the server counts it (ingest/media/timecode.py): frame numbers in, hh:mm:ss:ff out.

const DROPPED = new Map([["30000/1001", 2], ["60000/1001", 4]]);

export class Clocking {
  constructor({ rateNum, rateDen, firstFrame, dropFrame }) {
    this.rate = Number(rateNum) / Number(rateDen);
    this.first = Number(firstFrame || 0);
    this.dropped = dropFrame === undefined ? 0 : (DROPPED.get(`${rateNum}/${rateDen}`) ?? 0);
  }

  // The frame that is shown at `seconds`, from 0.
  frameAt(seconds) {
    return Math.floor(seconds * this.rate + 1e-4);
  }

  // A time safely inside frame `frame`, so that seeking cannot land on its neighbour.
  secondsIn(frame) {
    return (frame + 0.5) / this.rate;
  }

  text(seconds) {
    return timecode(this.first + this.frameAt(seconds), Math.round(this.rate), this.dropped);
  }
}

export function timecode(number, nominal, dropped = 0) {
  let frame = number;
  if (dropped) {
    const perMinute = nominal * 60 - dropped;
    const perTen = nominal * 600 - dropped * 9;
    const rest = frame % perTen;
    frame += Math.floor(frame / perTen) * dropped * 9;
    if (rest >= nominal * 60) frame += dropped * (1 + Math.floor((rest - nominal * 60) / perMinute));
  }
  const seconds = Math.floor(frame / nominal);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, "0")).join(":");
  const digits = nominal > 100 ? 3 : 2;
  return `${clock}${dropped ? ";" : ":"}${String(frame % nominal).padStart(digits, "0")}`;
}

// m:ss.cc for footage without a steady rate.
export function clock(seconds) {
  const whole = Math.max(0, seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = (whole % 60).toFixed(2).padStart(5, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}
