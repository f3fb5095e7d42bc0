/** The platform's clock, as last heard, kept running by this PC's. */
let offset = $state(0);
let local = $state(Date.now());

const TICK_MS = 15_000;
setInterval(() => (local = Date.now()), TICK_MS);

export const clock = {
  get now(): number {
    return local + offset;
  },
  /** Sets the clock to what the platform said just now. */
  hear(iso: string) {
    local = Date.now();
    offset = Date.parse(iso) - local;
  },
};
