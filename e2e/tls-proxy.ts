// TLS in front of a server that has none, with a certificate that signs itself.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server } from "node:tls";

/** A proxy on a free port of 127.0.0.1. */
export class TlsProxy {
  readonly #folder: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    this.#folder = mkdtempSync(join(tmpdir(), "dbmark-tls-"));
    // Node makes no certificates; Go has a program for it beside its library, and Go is always there.
    const goRoot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
    execFileSync(
      "go",
      [
        ...["run", join(goRoot, "src", "crypto", "tls", "generate_cert.go")],
        ...["--host", "127.0.0.1,localhost", "--ecdsa-curve", "P256", "--ca"],
      ],
      { cwd: this.#folder, stdio: "ignore" },
    );
    const certificate = { cert: readFileSync(this.certificate), key: readFileSync(join(this.#folder, "key.pem")) };
    this.#server = createServer(certificate, (client) => {
      const upstream = connect(port, "127.0.0.1");
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(from);
        from.on("error", () => to.destroy()).pipe(to);
      }
    });
    this.#server.on("tlsClientError", () => {});
  }

  /** Starts one in front of a port of 127.0.0.1. */
  static async start(port: number): Promise<TlsProxy> {
    const proxy = new TlsProxy(port);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Host and port. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The file that a client has to trust. */
  get certificate(): string {
    return join(this.#folder, "cert.pem");
  }

  /** Ends it with its connections. */
  stop(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
