"""Scores a random forest on scikit-learn's breast-cancer data by 5-fold cross-validation and prints its accuracy."""

import argparse

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

parser = argparse.ArgumentParser()
parser.add_argument("--trees", type=int, default=100)
parser.add_argument("--depth", type=int, default=10)
parser.add_argument("--features", type=float, default=0.5, help="share of the features each split may look at")
args = parser.parse_args()

data, labels = load_breast_cancer(return_X_y=True)
forest = RandomForestClassifier(
    n_estimators=args.trees, max_depth=args.depth, max_features=args.features, random_state=0
)
scores = cross_val_score(forest, data, labels, cv=5)
print(f"accuracy={scores.mean():.4f}")
print(f"spread={scores.std():.4f}")
