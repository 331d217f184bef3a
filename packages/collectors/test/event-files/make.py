"""Writes the event files that the tests read, with the writers people use. Usage: python make.py tensorboardX|torch|tensorflow

Made with Python 3.11 and tensorboardX 2.6.5; torch 2.15.0 with tensorboard 2.21.0; tensorflow-cpu 2.21.0 with tensorboard 2.21.0.
"""

import os
import shutil
import sys

here = os.path.dirname(os.path.abspath(__file__))
LOSSES = [0.9, 0.5, 0.25, float("nan"), float("inf")]


def pytorch_like(writer_class, folder):
    """torch.utils.tensorboard and tensorboardX have one interface."""
    writer = writer_class(folder, filename_suffix=".fixture")
    for step, loss in enumerate(LOSSES):
        writer.add_scalar("loss", loss, step, walltime=1700000000.25 + step)
        writer.add_scalar("accuracy", 1 - 0.1 * step, step, walltime=1700000000.25 + step)
        writer.add_scalar("acc", 7, step, walltime=1700000000.25 + step)
        writer.add_scalar("val/top 1 – Größe", 0.125 * step, step, walltime=1700000000.25 + step)
    writer.add_text("note", "no scalar")
    writer.close()


def tensorflow_events(folder):
    import tensorflow as tf

    for name in ("train", "validation"):
        writer = tf.summary.create_file_writer(os.path.join(folder, name), filename_suffix=".fixture")
        with writer.as_default():
            for step, loss in enumerate(LOSSES):
                tf.summary.scalar("epoch_loss", loss + (1 if name == "train" else 0), step)
                tf.summary.scalar("half", tf.constant(0.5 * step, tf.float16), step)
            tf.summary.text("note", "no scalar", 0)
            tf.summary.histogram("weights", [1.0, 2.0, 3.0], 0)
        writer.close()
    with tf.compat.v1.Graph().as_default():
        old = tf.compat.v1.summary.FileWriter(os.path.join(folder, "v1"), filename_suffix=".fixture")
        value = tf.compat.v1.Summary.Value(tag="loss", simple_value=0.1)
        old.add_summary(tf.compat.v1.Summary(value=[value]), 3)
        old.close()


def main():
    which = sys.argv[1]
    folder = os.path.join(here, which)
    shutil.rmtree(folder, ignore_errors=True)
    if which == "tensorboardX":
        from tensorboardX import SummaryWriter

        pytorch_like(SummaryWriter, folder)
    elif which == "torch":
        from torch.utils.tensorboard import SummaryWriter

        pytorch_like(SummaryWriter, folder)
    elif which == "tensorflow":
        tensorflow_events(folder)
    # The names hold the machine and the process: not in a repository.
    for parent, _, files in os.walk(folder):
        for name in files:
            if "tfevents" in name:
                os.rename(os.path.join(parent, name), os.path.join(parent, "events.out.tfevents.1700000000.host"))


main()
