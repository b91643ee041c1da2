// The Dockerfile of dbmark's image: k6 with the extension for the runners, the command line for the merge.

import { imageFolder } from "./manifests.ts";

/** Versions of the images that it builds on. */
const node = "node:22-bookworm-slim";
const go = "golang:1.26-bookworm";

/** Builds from a clone: `docker build --file <folder>/Dockerfile <clone>`. */
export const dockerfile = `# dbmark's image. Build it in a clone of dbmark, which is the context: README.md beside this file has the command.

FROM ${go} AS go

FROM ${node} AS build
COPY --from=go /usr/local/go /usr/local/go
ENV PATH=/usr/local/go/bin:$PATH
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts
RUN npm run build
# What the command needs to merge, without the embedded PostgreSQL and the tools of development.
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM ${node}
ARG REVISION=unknown
ENV DBMARK_GIT_REVISION=$REVISION
COPY --from=build /src/package.json /src/LICENSE ${imageFolder}/
COPY --from=build /src/bin/k6 ${imageFolder}/bin/k6
COPY --from=build /src/dist ${imageFolder}/dist
COPY --from=build /src/cli/dbmark.mjs ${imageFolder}/cli/dbmark.mjs
COPY --from=build /src/lib/schema ${imageFolder}/lib/schema
COPY --from=build /src/node_modules ${imageFolder}/node_modules
# The operator calls k6 by its name.
RUN ln -s ${imageFolder}/bin/k6 /usr/local/bin/k6 && ln -s ${imageFolder}/cli/dbmark.mjs /usr/local/bin/dbmark
WORKDIR /tmp
USER 1000:1000
CMD ["k6", "version"]
`;

/** What Docker leaves out of the context, so that nothing of this machine is in the image. */
export const dockerignore = `.git
node_modules
bin
dist
results
`;
