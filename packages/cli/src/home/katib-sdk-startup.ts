/**
 * A `sitecustomize.py` for trials that push. Katib's SDK reads the namespace from a file that only pods have and dials a name that only clusters know;
 * this gives both their values of this machine when the SDK is imported. A sitecustomize of the environment itself still runs.
 */
export const KATIB_SDK_STARTUP = `# Written by qalam: where the Katib SDK finds, on a laptop, what it expects of a pod.
import os
import sys
from importlib.machinery import PathFinder


def _constants(module):
    module.DEFAULT_DB_MANAGER_ADDRESS = os.environ["QALAM_DB_MANAGER_ADDRESS"]


def _utils(module):
    module.get_current_k8s_namespace = lambda: os.environ["QALAM_NAMESPACE"]


class _Finder:
    patches = {
        "kubeflow.katib.constants.constants": _constants,
        "kubeflow.katib.utils.utils": _utils,
    }

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        patch = cls.patches.get(name)
        spec = PathFinder.find_spec(name, path) if patch else None
        if spec is None or spec.loader is None:
            return None
        run = spec.loader.exec_module

        def exec_module(module):
            run(module)
            patch(module)

        spec.loader.exec_module = exec_module
        return spec


def _run_hidden():
    here = os.path.dirname(os.path.abspath(__file__))
    others = [folder for folder in sys.path if os.path.abspath(folder) != here]
    spec = PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        from importlib.util import module_from_spec

        spec.loader.exec_module(module_from_spec(spec))


if "QALAM_DB_MANAGER_ADDRESS" in os.environ and "QALAM_NAMESPACE" in os.environ:
    sys.meta_path.insert(0, _Finder)
_run_hidden()
`;
