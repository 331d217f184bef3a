"""Trains a linear classifier and logs both accuracies of every epoch to TensorBoard."""

import argparse

from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split
from tensorboardX import SummaryWriter

arguments = argparse.ArgumentParser()
arguments.add_argument("--rate", type=float, required=True)
arguments.add_argument("--logs", required=True)
options = arguments.parse_args()

images, digits = load_digits(return_X_y=True)
train_x, test_x, train_y, test_y = train_test_split(images / 16, digits, test_size=0.3, random_state=0)
model = SGDClassifier(loss="log_loss", learning_rate="constant", eta0=options.rate, random_state=0)

with SummaryWriter(f"{options.logs}/train") as train, SummaryWriter(f"{options.logs}/validation") as validation:
    for epoch in range(1, 6):
        model.partial_fit(train_x, train_y, classes=range(10))
        train.add_scalar("accuracy", model.score(train_x, train_y), epoch)
        validation.add_scalar("accuracy", model.score(test_x, test_y), epoch)
        validation.flush()
