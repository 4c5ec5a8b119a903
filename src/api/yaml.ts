/** YAML, which only those who ask for openapi.yaml need to have loaded. */
import { stringify } from 'yaml';

/** A document as YAML, without anchors: readers of OpenAPI trip over them. */
export function yamlOf(document: object): string {
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 100 });
}
