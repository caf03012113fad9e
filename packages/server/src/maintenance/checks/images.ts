import type { Config } from '../../config.ts';
import { openDocker, type DockerApi } from '../../spawners/docker/api.ts';
import { refusalOf } from '../../spawners/docker/explain.ts';
import { imageWords } from '../../spawners/profile.ts';
import { ok, problem, warning, type Finding } from '../finding.ts';

const about = 'Images';

/**
 * Whether the Docker engine has what Jupyter servers run in: the image of each profile, or the one of the settings where there are none. Nothing where
 * servers don't run in containers of this machine.
 */
export async function checkImages(
  { docker, profiles }: Pick<Config, 'docker' | 'profiles'>,
  open: (socket: string) => Pick<DockerApi, 'hasImage'> = openDocker,
): Promise<Finding[]> {
  if (docker === null) return [];
  const { socket, pull } = docker;
  const api = open(socket);
  const images = new Map(profiles.map((profile) => [profile.image, imageWords(profile.image, profile)]));
  if (profiles.length === 0) images.set(docker.image, imageWords(docker.image, null));
  const missing: Finding[] = [];
  for (const [image, words] of images) {
    try {
      if (await api.hasImage(image)) continue;
    } catch (error) {
      return [problem(about, refusalOf(error, { socket, image: words }), 'No Jupyter server starts until it answers.')];
    }
    const remedy = `Please run: docker pull ${image}`;
    missing.push(
      pull
        ? warning(about, `${words} is not on this machine; the first server that needs it waits for it.`, remedy)
        : problem(about, `${words} is not on this machine, and the setting pull is off.`, remedy),
    );
  }
  if (missing.length > 0) return missing;
  return [
    ok(
      about,
      `The Docker engine has ${images.size === 1 ? 'the image' : `all ${images.size} images`} of Jupyter servers.`,
    ),
  ];
}
