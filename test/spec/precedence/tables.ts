/** All tables, in the order of the pages. */
import { attrSizeTables } from './attr-sizes.ts';
import { boundaryTables } from './boundaries.ts';
import { btfTables } from './btf.ts';
import { cgroupfsTables } from './cgroupfs.ts';
import { foreignTables } from './foreign.ts';
import { heldTables } from './held.ts';
import { instructionTables } from './instructions.ts';
import { linkCreateTables } from './link-create.ts';
import { linkDetachTables, linkUpdateTables } from './link-update.ts';
import { lockedMemoryTables } from './locked-memory.ts';
import { lsmCgroupTables } from './lsm-cgroup.ts';
import { mapBatchTables } from './map-batches.ts';
import { mapCreateTables, mapTables } from './maps.ts';
import { mountTables } from './mounts.ts';
import { namespaceTables } from './namespaces.ts';
import { idTables, objGetTables, objPinTables } from './objects.ts';
import { processTables } from './processes.ts';
import { progAttachTables } from './prog-attach.ts';
import { progDetachTables } from './prog-detach.ts';
import { progLoadTables } from './prog-load.ts';
import { progQueryTables } from './prog-query.ts';
import { queueTables } from './queues.ts';
import { signedTables } from './signed.ts';
import type { Table } from './table.ts';
import { tokenTables } from './tokens.ts';
import { treeTables } from './tree.ts';
import { trieTables } from './tries.ts';
import { v2SeriesTables } from './v2-series.ts';
import { verifierLogTables } from './verifier-log.ts';

export const TABLES: readonly Table[] = [
  ...attrSizeTables,
  ...progLoadTables,
  ...verifierLogTables,
  ...signedTables,
  ...instructionTables,
  ...progAttachTables,
  ...progDetachTables,
  ...progQueryTables,
  ...linkCreateTables,
  ...linkUpdateTables,
  ...linkDetachTables,
  ...objPinTables,
  ...objGetTables,
  ...idTables,
  ...mapCreateTables,
  ...btfTables,
  ...lockedMemoryTables,
  ...mapTables,
  ...mapBatchTables,
  ...heldTables,
  ...queueTables,
  ...trieTables,
  ...treeTables,
  ...mountTables,
  ...cgroupfsTables,
  ...processTables,
  ...namespaceTables,
  ...tokenTables,
  ...boundaryTables,
  ...foreignTables,
  ...lsmCgroupTables,
  ...v2SeriesTables,
];
