/** Where the API has a host: `/v1/hosts/web1`. */
export function hostPath(host: string): string {
  return `/v1/hosts/${encodeURIComponent(host)}`;
}
