/** A kubeconfig file for one user of one API server, as JSON (which is YAML too). Pure. */

export interface KubeconfigOptions {
  readonly server: string;
  /** PEM text of the certificate that the server's own is checked against. */
  readonly certificateAuthority: string;
  readonly token: string;
}

export function kubeconfigText(options: KubeconfigOptions): string {
  const { server, certificateAuthority, token } = options;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "lab",
    contexts: [{ name: "lab", context: { cluster: "lab", user: "lab" } }],
    users: [{ name: "lab", user: { token } }],
    clusters: [
      {
        name: "lab",
        cluster: {
          server,
          "certificate-authority-data": Buffer.from(certificateAuthority).toString("base64"),
        },
      },
    ],
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
