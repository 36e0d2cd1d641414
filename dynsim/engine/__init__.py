"""The engine: it runs a program, compiled or interpreted, and hands its records to a sink.

    simulate, replicas, runners, plan   the loop over time, the contract of what it drives, and who fulfils it
    selection, group_means              what happens between two generations
    compiled, interpreted               the two ways to run replicas; step_control: constants that both use
    modules                             generated modules: their text, their cache
    mathematics, random                 elementary functions and random numbers, for both

Some words have one meaning in the engine and in the record:

    replica     one member of the ensemble, with parameters, an initial state and random numbers of its own
    lane        the place of a replica in a block
    block       some lanes whose values lie side by side, so that one instruction computes several of them (in the
                record, a `Block` is some ticks in a row of all replicas)
    slot        a named number of every replica, or one per node; row: where a block keeps it
    tick        a step, or with an adaptive method a recording interval (system/ticks.py)
    call        some blocks advance by some ticks, in one call of compiled code
    record      the values of all slots at one tick
    chunk       some records in a row, handed to the sink at once, with a checkpoint to go on from
    part        a file on the disk with the records of some chunks, while the run goes on
"""
