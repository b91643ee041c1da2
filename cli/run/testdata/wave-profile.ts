import type { ProfileFunctions } from "../../../lib/profile.ts";

const profile: ProfileFunctions = {
  name: "wave",
  loop: "open",
  seconds: 4,
  warmupSeconds: 0,
  rate: (second) => 100 + 50 * Math.sin((second * Math.PI) / 2),
  workers: 20,
};

export default profile;
