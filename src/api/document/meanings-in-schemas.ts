/** What a field means in one schema, by `Schema.field`, where its name has another meaning than elsewhere. */
export const MEANINGS_IN: Readonly<Record<string, string>> = {
  'BpftoolCgroupShow.id': 'The id of the program.',
  'BpftoolCgroupTree.id': 'The id of the program.',
  'EffectBpffsDelegated.maps':
    'Map types that are delegated: a bit for each number, in hexadecimal.',
  'CallProgLoad.signature': 'Whether a signature of the instructions is passed.',
  'CallRequestProgLoad.signature': 'Whether a signature of the instructions is passed.',
  'Host.boots': 'The boots of the host, oldest first.',
  'Problem.type': 'What kind of problem it is: `urn:bpfledger:problem:…`; it is stable.',
  'ReleaseDifferences.name': 'The name of the switch.',
  'ReleaseWithSwitches.id': 'The release.',
  'ReleaseWithSwitches.source': 'Where it is said: a function of the kernel, or a commit.',
  'ReplayRequest.limit': 'How many differences, at most.',
};
