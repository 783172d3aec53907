// Converts the metadata of deploy/salesforce as the vendor's own CLI does before it deploys; prints what it found.
import { createRequire } from 'node:module';

const [library, source, target] = process.argv.slice(2);
const require = createRequire(`${library}/package.json`);
const { ComponentSet, MetadataConverter } = require('@salesforce/source-deploy-retrieve');
const components = ComponentSet.fromSource(source);
await new MetadataConverter().convert(components, 'metadata', { type: 'directory', outputDirectory: target });
const found = components.getSourceComponents().toArray();
const all = found.flatMap((each) => [each, ...each.getChildren()]);
console.log(JSON.stringify(all.map((each) => [each.type.name, each.fullName])));
