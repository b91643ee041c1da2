import type { LoadProfile } from "../../../lib/profile.ts";

const profile: LoadProfile = {
  name: "short",
  description: "Two seconds of fifty a second.",
  loop: "open",
  segments: [{ phase: "measure", seconds: 2, rate: { from: 50, to: 50 }, workers: { from: 5, to: 5 } }],
};

export default profile;
