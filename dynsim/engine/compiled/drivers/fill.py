"""The random numbers of many arguments at once."""

from ...random.philox import normal, uniform
from .generated import entry


@entry
def fill_with_uniforms(out, seed, replica, variable, step, element):
    for i in range(out.size):
        out[i] = uniform(seed[i], replica[i], variable[i], step[i], element[i])


@entry
def fill_with_normals(out, seed, replica, variable, step, element):
    for i in range(out.size):
        out[i] = normal(seed[i], replica[i], variable[i], step[i], element[i])
