// k6 itself: so many VUs that sleep. What dbmark adds is seen beside it.

import { sleep } from "k6";

export const options = { vus: Number(__ENV.VUS), duration: `${__ENV.SECONDS}s` };

export default () => sleep(1);
