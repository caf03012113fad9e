import { crc32, gzipSync } from 'node:zlib';

/** Files of an archive, by their paths. */
export type Files = Readonly<Record<string, string>>;

/** A zip whose files are not compressed. `mode`: as Unix has it. */
export function zip(files: Files, mode = 0o100644): Buffer {
  const [parts, central]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const [path, content] of Object.entries(files)) {
    const [name, data] = [Buffer.from(path), Buffer.from(content)];
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(0x21, 8);
    shared.writeUInt32LE(crc32(data), 10);
    shared.writeUInt32LE(data.length, 14);
    shared.writeUInt32LE(data.length, 18);
    shared.writeUInt16LE(name.length, 22);
    const head = Buffer.alloc(46);
    head.writeUInt32LE(0x02014b50, 0);
    head.writeUInt16LE(0x0314, 4);
    shared.copy(head, 6);
    head.writeUInt32LE((mode << 16) >>> 0, 38);
    head.writeUInt32LE(offset, 42);
    central.push(head, name);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), shared, name, data]);
    parts.push(local);
    offset += local.length;
  }
  const list = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, list, end]);
}

function tarGz(files: Files): Buffer {
  const parts: Buffer[] = [];
  for (const [path, content] of Object.entries(files)) {
    const data = Buffer.from(content);
    const head = Buffer.alloc(512);
    head.write(path, 0);
    head.write('0000644\u00000000000\u00000000000\u0000', 100);
    head.write(`${data.length.toString(8).padStart(11, '0')}\u0000${'0'.repeat(11)}\u0000        0`, 124);
    head.write('ustar\u000000', 257);
    const sum = head.reduce((total, byte) => total + byte, 0);
    head.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
    parts.push(head, data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(1024)]));
}

export type Package = {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  readonly files?: Files;
};

const moduleOf = (name: string): string => name.replaceAll('-', '_');

export const metadataOf = ({ name, version, requires = [] }: Package): string =>
  `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n${requires.map((one) => `Requires-Dist: ${one}\n`).join('')}`;

export const wheelName = ({ name, version }: Package): string => `${moduleOf(name)}-${version}-py3-none-any.whl`;

/** A pure wheel, with a module of its name unless it says otherwise. */
export function wheel(one: Package, mode?: number): Buffer {
  const info = `${moduleOf(one.name)}-${one.version}.dist-info`;
  const files: Record<string, string> = {
    ...(one.files ?? { [`${moduleOf(one.name)}.py`]: `version = ${JSON.stringify(one.version)}\n` }),
    [`${info}/METADATA`]: metadataOf(one),
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const record = [...Object.keys(files), `${info}/RECORD`].map((path) => `${path},,\n`).join('');
  return zip({ ...files, [`${info}/RECORD`]: record }, mode);
}

/** Source that builds itself with nothing but Python; `first` is run by the build, and may write words into `told`. */
export function source(one: Package, first = ''): Buffer {
  const files = Object.entries(sourceFiles(one, first)).map(([path, text]) => [
    `${one.name}-${one.version}/${path}`,
    text,
  ]);
  return tarGz(Object.fromEntries(files) as Files);
}

/** The same as files. */
export function sourceFiles({ name, version, requires = [] }: Package, first = ''): Files {
  const module = moduleOf(name);
  const backend = `
import os, zipfile
told = ""
def build_wheel(folder, config_settings=None, metadata_directory=None):
    global told
${first.replace(/^/gm, '    ')}
    info = "${module}-${version}.dist-info"
    wheel = "${module}-${version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as file:
        file.writestr("${module}.py", "told = " + repr(told))
        file.writestr(info + "/METADATA", ${JSON.stringify(metadataOf({ name, version, requires }))})
        file.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        file.writestr(info + "/RECORD", "")
    return wheel
`;
  return {
    'PKG-INFO': metadataOf({ name, version, requires }),
    'pyproject.toml': '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
    'backend.py': backend,
  };
}
