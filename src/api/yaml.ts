/** YAML, which is loaded only for openapi.yaml. */
import { stringify } from 'yaml';

/** A document as YAML, without anchors: some readers of OpenAPI do not understand them. */
export function yamlOf(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 100 });
}
