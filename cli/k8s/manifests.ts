// The objects for Kubernetes: settings, the volume of the results, the Job that loads, the TestRun of k6-operator, the Job that merges.

import type { KubernetesRequest } from "./request.ts";

/** Any object of Kubernetes. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels: Record<string, string> };
  [field: string]: unknown;
}

/** Where dbmark is in its image. */
export const imageFolder = "/opt/dbmark";

/** Where the volume of the results is in every pod. */
export const resultsFolder = "/results";

/** The user of the image, node's own: every pod runs as nobody else. */
const user = 1000;

/** The port of k6's own interface, which the operator expects there. */
const k6Port = 6565;

/** Names of what belongs to a test. */
export function namesOf({ name }: Pick<KubernetesRequest, "name">) {
  return {
    settings: `${name}-settings`,
    /** ConfigMap with what is new in each run: its name, its start, its folder. */
    run: `${name}-run`,
    load: `${name}-load`,
    testRun: name,
    merge: `${name}-merge`,
    files: `${name}-files`,
  };
}

/** The ConfigMap with the variables, and the claim of the volume where none was named. */
export function settingsOf(request: KubernetesRequest): Manifest[] {
  const { claim } = request;
  const settings: Manifest = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(request, namesOf(request).settings),
    data: Object.fromEntries(
      Object.entries({ ...request.settings, K6_NO_USAGE_REPORT: "true", K6_NO_COLOR: "true" }).sort(([a], [b]) =>
        a < b ? -1 : 1,
      ),
    ),
  };
  if (claim.existing) return [settings];
  return [
    settings,
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: metadata(request, claim.name),
      spec: {
        // Runners on several machines write to it at the same time.
        accessModes: ["ReadWriteMany"],
        ...(claim.storageClass !== undefined && { storageClassName: claim.storageClass }),
        resources: { requests: { storage: claim.storage } },
      },
    },
  ];
}

/** The load phase: it brings the data set into its first state and ends. The runners recognise the data by its manifest on the target. */
export function loadJob(request: KubernetesRequest): Manifest {
  return job(request, namesOf(request).load, {
    command: ["k6", "run", "--quiet", scriptIn(request)],
    env: [
      { name: "DBMARK_LOAD_ONLY", value: "1" },
      // Nothing is written to it; that it could be is seen before anything starts.
      { name: "DBMARK_RESULTS", value: "/tmp" },
      ...(request.reload ? [{ name: "DBMARK_RELOAD", value: "1" }] : []),
    ],
    envFrom: variables(request),
    resources: resources(request),
  });
}

/** The runners. They start paused, and set up when the operator's starter lets them go. */
export function testRun(request: KubernetesRequest): Manifest {
  const names = namesOf(request);
  return {
    apiVersion: "k6.io/v1alpha1",
    kind: "TestRun",
    metadata: metadata(request, names.testRun),
    spec: {
      parallelism: request.instances,
      script: { localFile: scriptIn(request) },
      // It would archive the script with each variable among its arguments; what it looks for was checked when this was written.
      initializer: { disabled: true },
      starter: { securityContext: unprivilegedPod, containerSecurityContext: unprivileged },
      runner: {
        image: request.image,
        imagePullPolicy: "IfNotPresent",
        ...pullSecrets(request),
        metadata: { labels: labelsOf(request) },
        ...(request.outputs.length > 0 && { env: [{ name: "K6_OUT", value: request.outputs.join(",") }] }),
        envFrom: [...variables(request), { configMapRef: { name: names.run } }],
        resources: resources(request),
        // A harness at its limit answers late, and is not to be killed for it.
        livenessProbe: {
          httpGet: { path: "/v1/status", port: k6Port },
          periodSeconds: 30,
          timeoutSeconds: 30,
          failureThreshold: 10,
        },
        securityContext: { ...unprivilegedPod, runAsUser: user, runAsGroup: user, fsGroup: user },
        containerSecurityContext: unprivileged,
        volumes: [volume(request)],
        volumeMounts: [mount],
        // Two runners on a machine share its processors.
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: "kubernetes.io/hostname",
            whenUnsatisfiable: "ScheduleAnyway",
            labelSelector: { matchLabels: { app: "k6", k6_cr: names.testRun, runner: "true" } },
          },
        ],
      },
    },
  };
}

/** Joins what the runners wrote. Its exit code is the run's: the Job has failed where an SLO was missed, or the run is invalid. */
export function mergeJob(request: KubernetesRequest): Manifest {
  return job(request, namesOf(request).merge, {
    command: ["dbmark", "merge", "$(DBMARK_RESULTS)", "--out", `${resultsFolder}/merged`],
    env: [{ name: "NO_COLOR", value: "1" }],
    envFrom: [{ configMapRef: { name: namesOf(request).run } }],
    volumeMounts: [mount],
    resources: { requests: { cpu: "1", memory: "512Mi" }, limits: { memory: "2Gi" } },
  });
}

/** A pod that does nothing, from which kubectl copies the results. */
export function filesPod(request: KubernetesRequest): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(request, namesOf(request).files),
    spec: podSpec(request, "files", {
      command: ["sleep", "3600"],
      volumeMounts: [mount],
      resources: { requests: { cpu: "10m", memory: "64Mi" } },
    }),
  };
}

function job(request: KubernetesRequest, name: string, container: Record<string, unknown>): Manifest {
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadata(request, name),
    spec: {
      // What failed is looked at, not tried again.
      backoffLimit: 0,
      template: {
        metadata: { labels: labelsOf(request) },
        spec: podSpec(request, "dbmark", container),
      },
    },
  };
}

function podSpec(request: KubernetesRequest, name: string, container: Record<string, unknown>) {
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    ...pullSecrets(request),
    securityContext: { ...unprivilegedPod, runAsUser: user, runAsGroup: user, fsGroup: user },
    containers: [
      { name, image: request.image, imagePullPolicy: "IfNotPresent", ...container, securityContext: unprivileged },
    ],
    ...("volumeMounts" in container && { volumes: [volume(request)] }),
  };
}

/** What the strictest of Kubernetes' Pod Security Standards asks of a pod and of a container. */
const unprivilegedPod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const unprivileged = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };

const mount = { name: "results", mountPath: resultsFolder };

function volume({ claim }: KubernetesRequest) {
  return { name: "results", persistentVolumeClaim: { claimName: claim.name } };
}

/** Settings for everybody to read, and what is secret. Neither is among the arguments of a process. */
function variables(request: KubernetesRequest) {
  return [
    { configMapRef: { name: namesOf(request).settings } },
    { secretRef: { name: request.secret, ...(request.secretHasTarget ? {} : { optional: true }) } },
  ];
}

/** As much as it may have it is also given: a harness that waits for a processor measures itself. */
function resources({ cpu, memory }: KubernetesRequest) {
  const amounts = { cpu: String(cpu), memory };
  return { requests: amounts, limits: { ...amounts } };
}

function scriptIn({ script }: KubernetesRequest): string {
  return `${imageFolder}/dist/${script}.js`;
}

function pullSecrets({ pullSecret }: KubernetesRequest) {
  return pullSecret === undefined ? {} : { imagePullSecrets: [{ name: pullSecret }] };
}

function metadata(request: KubernetesRequest, name: string): Manifest["metadata"] {
  return {
    name,
    ...(request.namespace !== undefined && { namespace: request.namespace }),
    labels: labelsOf(request),
  };
}

function labelsOf({ name }: KubernetesRequest): Record<string, string> {
  return { "app.kubernetes.io/name": "dbmark", "app.kubernetes.io/instance": name };
}
