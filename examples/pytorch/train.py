"""Trains a small network on scikit-learn's 8x8 digits and prints loss and accuracy after every epoch."""

import argparse

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("--learning-rate", type=float, required=True)
parser.add_argument("--hidden", type=int, required=True)
parser.add_argument("--optimizer", choices=["adam", "sgd"], required=True)
parser.add_argument("--epochs", type=int, default=15)
args = parser.parse_args()

torch.manual_seed(0)
torch.set_num_threads(1)
images, labels = load_digits(return_X_y=True)
split = train_test_split(images / 16.0, labels, test_size=0.3, random_state=0)
train_x, test_x = (torch.tensor(part, dtype=torch.float32) for part in split[:2])
train_y, test_y = (torch.tensor(part) for part in split[2:])

model = nn.Sequential(nn.Linear(64, args.hidden), nn.ReLU(), nn.Linear(args.hidden, 10))
optimizer_class = torch.optim.Adam if args.optimizer == "adam" else torch.optim.SGD
optimizer = optimizer_class(model.parameters(), lr=args.learning_rate)
loss_function = nn.CrossEntropyLoss()

for epoch in range(args.epochs):
    order = torch.randperm(len(train_x))
    total = 0.0
    for start in range(0, len(order), 64):
        batch = order[start : start + 64]
        optimizer.zero_grad()
        loss = loss_function(model(train_x[batch]), train_y[batch])
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    with torch.no_grad():
        accuracy = (model(test_x).argmax(dim=1) == test_y).float().mean().item()
    print(f"epoch={epoch} loss={total / len(train_x):.4f} accuracy={accuracy:.4f}")
