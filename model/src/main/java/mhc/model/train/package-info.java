/** Training of small models on the program that evaluations run: initial weights, optimiser steps, checkpoints. */
package mhc.model.train;
